import assert from 'node:assert/strict';
import { NodeAccess } from '../../lab/node-access';
import { Answering } from '../../support/e2e/answering';
import { HostRecord } from '../../support/e2e/host-record';
import { pointAtNewFolder } from '../../support/e2e/moved-data';
import { UpgradeDrill } from '../../support/e2e/upgrade';
import { Scenario } from '../scenario';
import { Stage } from '../stage';

/** From the version that the cluster has to each of these, one after the other. */
export function clusterUpgraded(...versions: string[]): Scenario {
  return {
    group: 17,
    promise: `a cluster goes to ${versions.join(', then ')}, control planes first, while a service answers every request`,
    spendsCluster: true,
    run: async (stage) => {
      const drill = await UpgradeDrill.begin(stage);
      const answering = new Answering(stage, stage.cluster.controlPlanes[0].name);
      let from = stage.versions.kubernetes;
      await drill.offer(from, versions[0]);
      await answering.start();
      const began = Date.now();
      for (const to of versions) {
        await drill.offer(from, to);
        await drill.upgrade(from, to);
        await drill.assertAt(to);
        await drill.assertOrder(to, 1);
        const { answered } = await answering.assertNoneLost(Math.round((Date.now() - began) / 1000));
        stage.say(`${to}: ${answered} requests were answered, none was lost`);
        from = to;
      }
    },
  };
}

export const upgradeKilled: Scenario = {
  group: 17,
  promise: 'the program is killed at every step of an upgrade, on every node, and the upgrade ends as if nothing had been',
  spendsCluster: true,
  run: async (stage) => hitEverywhere(stage, 'every:kill'),
};

export const upgradeAsked: Scenario = {
  group: 17,
  promise: 'a dry run changes nothing; flags that somebody has added by hand, and etcd on a folder that kubeadm does not know, are refused before anything is done',
  spendsCluster: true,
  run: async (stage) => {
    const drill = await UpgradeDrill.begin(stage);
    const [from, to] = [stage.versions.kubernetes, '1.35.4'];
    const [first] = stage.cluster.controlPlanes;
    await drill.offer(from, to);
    const before = await drill.files();
    await drill.upgrade(from, to, { dryRun: true });
    assert.deepEqual(await drill.files(), before);

    await first.shell('sed -i "s/^    - kube-apiserver$/&\\n    - --event-ttl=2h/" /etc/kubernetes/manifests/kube-apiserver.yaml');
    await stage.kubernetes.eventually('the API server runs with the new flag', () => first.run(['pgrep', '-f', 'kube-apiserver.*--event-ttl=2h']), 60);
    await stage.cluster.waitUntilReady();
    const edited = await drill.files();
    const changed = /what people have changed there would be gone: \S+kube-apiserver.yaml: - --event-ttl=2h: \S+ serves as before: put it into/;
    assert.match(await drill.refusal(from, to, { attempt: 2 }), changed);
    assert.deepEqual(await drill.files(), edited);

    await pointAtNewFolder(stage, first);
    const moved = await drill.files();
    const elsewhere = /etcd.yaml has path: \/var\/lib\/etcd-from-backup, kubeadm's settings have not/;
    assert.match(await drill.refusal(from, to, { attempt: 3, dropHandMadeChanges: true }), elsewhere);
    assert.deepEqual(await drill.files(), moved);
  },
};

export const upgradeTriedAgain: Scenario = {
  group: 17,
  promise: 'nodes that wait for one that failed are taken over by the next attempt, and so is a node on which a person has ended an upgrade that had begun',
  spendsCluster: true,
  run: async (stage) => {
    const drill = await UpgradeDrill.begin(stage);
    const [from, to] = [stage.versions.kubernetes, '1.35.4'];
    const [first] = stage.cluster.controlPlanes;
    const recordOf = (node: NodeAccess, attempt: number) => new HostRecord(node, `upgrade-to-${to}${attempt === 1 ? '' : `.${attempt}`}`);
    const superseded = async (attempt: number) => {
      for (const worker of stage.cluster.workers) {
        await stage.kubernetes.eventually(`attempt ${attempt} gives way on ${worker.name}`, async () => (await recordOf(worker, attempt).result())?.outcome === 'superseded', 120);
      }
    };
    await drill.offer(from, to);
    await first.shell('sed -i "s/^    - kube-apiserver$/&\\n    - --event-ttl=2h/" /etc/kubernetes/manifests/kube-apiserver.yaml');
    await stage.kubernetes.eventually('the API server runs with the new flag', () => first.run(['pgrep', '-f', 'kube-apiserver.*--event-ttl=2h']), 60);
    await stage.cluster.waitUntilReady();

    await stage.kubernetes.apply(drill.objects(from, to));
    for (const worker of stage.cluster.workers) {
      await stage.kubernetes.eventually(`${worker.name} waits`, async () => (await recordOf(worker, 1).log()).includes('turn: begins'), 300);
    }
    await stage.kubernetes.eventually('the first one has refused', async () => (await recordOf(first, 1).result())?.outcome === 'given-back', 300);

    await stage.kubernetes.apply(drill.objects(from, to, { attempt: 2, dropHandMadeChanges: true }, 'restart:hold'));
    await superseded(1);
    await stage.kubernetes.eventually('it holds after the kubelet was replaced', async () => (await recordOf(first, 2).held()).includes('restart'), 900);
    const program = `${recordOf(first, 2).folder}/program/upgrade-node.sh`;
    const said = await first.shell('sh "$1" --abort "$2" || echo "status $?"', program, `upgrade-to-${to}.2`);
    assert.match(said, /left: a person has ended it at the step restart.*it has the kubelet 1\.35\.4[\s\S]*status 1\n$/);
    const [left] = (await stage.kubernetes.get('nodes')).items.filter(({ metadata }: any) => metadata.name === first.name);
    assert.deepEqual([left.spec.unschedulable, left.metadata.labels['cdk8s-day2/operation']], [true, `upgrade-to-${to}.2`]);

    await drill.upgrade(from, to, { attempt: 3, dropHandMadeChanges: true });
    await superseded(2);
    await drill.assertAt(to);
  },
};

async function hitEverywhere(stage: Stage, failpoint: string): Promise<void> {
  const drill = await UpgradeDrill.begin(stage);
  const [from, to] = [stage.versions.kubernetes, '1.35.4'];
  await drill.offer(from, to);
  await drill.upgrade(from, to, {}, failpoint);
  await drill.assertAt(to);
  await drill.assertOrder(to, 1);
  await drill.assertHitEverywhere(to);
}
