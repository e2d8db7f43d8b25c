import { Answering } from '../../support/e2e/answering';
import { MaintenanceDrill } from '../../support/e2e/maintenance';
import { Scenario } from '../scenario';

export const workersMaintained: Scenario = {
  group: 18,
  promise: 'by their schedule, workers run a command that asks for a reboot, and are booted once, one after the other, while a service answers every request',
  run: async (stage) => {
    const [first] = stage.cluster.controlPlanes;
    const drill = await MaintenanceDrill.begin(stage, [first.name]);
    await stage.loadImages([...Answering.images]);
    const answering = new Answering(stage, first.name);
    await answering.start();
    const began = Date.now();
    await drill.assertMaintained(await drill.maintain());
    const { answered } = await answering.assertNoneLost(Math.round((Date.now() - began) / 1000));
    stage.say(`${answered} requests were answered, none was lost`);
  },
};

export const maintenanceKilled: Scenario = {
  group: 18,
  promise: 'the program is killed at every step of a maintenance, on every node, the only control plane, too, and each is booted exactly once',
  run: async (stage) => {
    const drill = await MaintenanceDrill.begin(stage);
    await drill.assertMaintained(await drill.maintain({}, 'every:kill'));
  },
};
