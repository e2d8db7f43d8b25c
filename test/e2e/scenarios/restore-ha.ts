import { RestoreDrill } from '../../support/e2e/restore';
import { appliedAgainAndAgain } from '../../support/e2e/time-travel';
import { Scenario } from '../scenario';

export const restoreHa: Scenario = {
  group: 11,
  promise: 'a restore of three control planes ends with three members, one cluster, and controllers that act on it at once',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'restored');
    const restoreId = drill.idFor('first');
    await drill.start({ restoreId });
    await drill.assertRestored(restoreId);
  },
};

export const timeTravelHa: Scenario = {
  group: 11,
  promise: 'while a GitOps controller applies the restore again every few seconds, three control planes are restored exactly once',
  run: async (stage) => appliedAgainAndAgain(stage, await RestoreDrill.begin(stage, 'travelled')),
};
