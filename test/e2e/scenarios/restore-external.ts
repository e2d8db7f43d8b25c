import assert from 'node:assert/strict';
import { EtcdCertificates } from '../../../src/cluster/etcd-certificates';
import { Scenario } from '../scenario';
import { BreakGlass } from '../support/break-glass';
import { externalCluster } from '../support/chart';
import { RestoreDrill } from '../support/restore';

export const externalByHand: Scenario = {
  group: 12,
  promise: 'an etcd outside the cluster, under systemd, is restored by hand on its machines, and the API server elsewhere waits for it',
  run: async (stage) => {
    const { etcdMembers: [holder, ...followers], controlPlanes: [api] } = stage.cluster;
    const etcd = externalCluster(stage, 'billing', EtcdCertificates.fromHostFolder('/etc/kubernetes/pki/etcd'));
    const drill = await RestoreDrill.begin(stage, 'billing', {}, etcd);
    const glass = await BreakGlass.find(drill);
    const restoreId = drill.idFor('by-hand');
    const printed = await glass.leaves(holder, `sh restore.sh --latest --id ${restoreId} --with ${api.name}`);
    const [, line] = /^ {2}(sh restore\.sh --holder .*)$/m.exec(printed) ?? assert.fail(`the followers' line is not in:\n${printed}`);
    await Promise.all([...followers.map((node) => glass.succeeds(node, line)), glass.succeeds(api, `${line} --api`)]);
    await drill.assertRestored(restoreId);
    for (const { name, run } of drill.nodes.map((node) => ({ name: node.name, run: node.run(['systemctl', 'list-unit-files', 'cdk8s-day2-*', '--no-legend']) }))) {
      assert.equal(await run, '', `no unit is left on ${name}`);
    }
  },
};
