import assert from 'node:assert/strict';
import { EtcdCertificates } from '../../../src/cluster/etcd-certificates';
import { NodeAccess } from '../../lab/node-access';
import { BreakGlass } from '../../support/e2e/break-glass';
import { externalCluster } from '../../support/e2e/chart';
import { RestoreDrill } from '../../support/e2e/restore';
import { assertCovered } from '../../support/e2e/restore-points';
import { Scenario } from '../scenario';

export const externalByHand: Scenario = {
  group: 12,
  promise: 'an etcd outside the cluster, under systemd, is restored by hand on its machines, killed at every step, and the API server elsewhere waits',
  run: async (stage) => {
    const { etcdMembers: [holder, ...followers], controlPlanes: [api] } = stage.cluster;
    const etcd = externalCluster(stage, 'billing', EtcdCertificates.fromHostFolder('/etc/kubernetes/pki/etcd'));
    const drill = await RestoreDrill.begin(stage, 'billing', {}, etcd);
    const glass = await BreakGlass.find(drill);
    const restoreId = drill.idFor('by-hand');
    const printed = await glass.leaves(holder, `FAILPOINT=every:kill sh restore.sh --latest --id ${restoreId} --with ${api.name}`);
    const [, line] = /^ {2}(sh restore\.sh --holder .*)$/m.exec(printed) ?? assert.fail(`the followers' line is not in:\n${printed}`);
    await Promise.all([...followers.map((node) => glass.succeeds(node, `FAILPOINT=every:kill ${line}`)), glass.succeeds(api, `FAILPOINT=every:kill ${line} --api`)]);
    await drill.assertRestored(restoreId);
    const reached = (node: NodeAccess) => drill.record(restoreId, node).reached();
    assertCovered(new Map([['holder', await reached(holder)], ['follower', await reached(followers[0])], ['api', await reached(api)]]));
    for (const node of drill.nodes) {
      assert.equal(await node.run(['find', '/etc/systemd/system', '-name', 'cdk8s-day2*']), '', `no unit is left on ${node.name}`);
    }
  },
};
