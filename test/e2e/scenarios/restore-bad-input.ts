import assert from 'node:assert/strict';
import { ContainerImages } from '../../../src/cluster/container-images';
import { SnapshotSource } from '../../../src/restore/snapshot-source';
import { loadImages } from '../../lab/image-loading';
import { NodeAccess } from '../../lab/node-access';
import { damage } from '../../support/e2e/damage';
import { RestoreDrill, RestoreOrder } from '../../support/e2e/restore';
import { summaryOfJob } from '../../support/e2e/restore-job';
import { Scenario } from '../scenario';

interface BadInput {
  readonly name: string;
  /** What is done to a copy of a good backup, which is then what the restore is asked for. */
  readonly damage?: (node: NodeAccess, backup: string) => Promise<unknown>;
  /** How else the order differs from a good one. */
  readonly order?: Partial<RestoreOrder>;
  /** What the person is told. */
  readonly message: RegExp;
}

const withoutEtcdutl = 'slim.test/etcd:3.6.5-0';

const badInputs: readonly BadInput[] = [
  { name: 'truncated', damage: damage.truncated, message: /is damaged/ },
  { name: 'empty', damage: damage.empty, message: /is damaged/ },
  { name: 'bit-flipped', damage: damage.bitFlipped, message: /SHA-256/ },
  { name: 'a link', damage: damage.link, message: /is damaged/ },
  { name: 'a folder', damage: damage.folder, message: /is damaged/ },
  { name: 'missing', damage: damage.missing, message: /is damaged/ },
  { name: 'someone else\'s', damage: damage.someoneElses, message: /belongs to user 1000/ },
  { name: 'of a foreign cluster', damage: damage.foreignCluster, message: /billing/ },
  { name: 'of a newer etcd', damage: damage.newerStorage, message: /3\.9/ },
  { name: 'an unknown name', order: { snapshot: SnapshotSource.at('20200101T000000Z-r1') }, message: /20200101T000000Z-r1/ },
  { name: 'older than all backups', order: { snapshot: SnapshotSource.before('2020-01-01T00:00:00Z') }, message: /no .*backup/ },
  { name: 'an unknown file', order: { snapshot: SnapshotSource.file('/mnt/nowhere.db') }, message: /\/mnt\/nowhere\.db/ },
  { name: 'expired', order: { expires: '2020-01-01T00:00:00Z' }, message: /expired/ },
  { name: 'without etcdutl', order: { images: ContainerImages.of({ etcd: withoutEtcdutl }) }, message: /no etcdutl/ },
];

export const badInput: Scenario = {
  group: 14,
  promise: 'a snapshot or an order that is not good stops nothing and changes nothing, and the person is told why',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'refused');
    await loadImages([withoutEtcdutl], [drill.node], { version: stage.versions.etcd, shell: false, etcdutl: false });
    const untouched = await stateOf(drill.node);
    const failures: string[] = [];
    for (const [index, input] of badInputs.entries()) {
      const told = await refusal(drill, drill.idFor(`bad-${index}`), input);
      stage.say(`${input.name}: ${told.exitCode}, ${told.message}: ${told.fix}`);
      const wrong = !input.message.test(told.message) ? `which says nothing of ${input.message}`
        : told.exitCode !== 1 && told.exitCode !== 2 ? 'which is no failure'
          : told.fix === '' ? 'which says nothing of a fix' : undefined;
      if (wrong) failures.push(`${input.name}: exit code ${told.exitCode}, ${told.message}: ${told.fix}, ${wrong}`);
      assert.deepEqual(await stateOf(drill.node), untouched, input.name);
    }
    assert.deepEqual(failures, []);
    const writes = await drill.witness.writes();
    assert.ok(writes.slice(1).every(({ answered }, i) => answered - writes[i].answered < 10_000), 'the API server took writes throughout');
  },
};

/** Asks for a restore that can't be; returns what its first pod said. */
async function refusal(drill: RestoreDrill, restoreId: string, { damage: spoil, order }: BadInput) {
  const { kubernetes } = drill.stage;
  let snapshot = SnapshotSource.at(drill.backup);
  if (spoil) {
    const copy = drill.backup.replace(/^\d{8}/, '20210101');
    await drill.node.shell('rm -rf "$1/$3" && cp -a "$1/$2" "$1/$3"', drill.folder.path, drill.backup, copy);
    await spoil(drill.node, `${drill.folder.path}/${copy}`);
    snapshot = SnapshotSource.at(copy);
  }
  const objects = drill.objects({ restoreId, snapshot, ...order });
  // One try tells enough.
  for (const job of objects) if (job.kind === 'Job') job.spec.backoffLimit = 0;
  await kubernetes.apply(objects);
  const [job] = objects.filter(({ kind }) => kind === 'Job');
  return summaryOfJob(await kubernetes.ended(job.metadata.name));
}

/** What a restore would change first: processes, manifests, folders of data. */
async function stateOf(node: NodeAccess): Promise<string> {
  return node.shell(`
    for program in etcd kube-apiserver; do pgrep --full "^$program " | sed "s/^/$program /"; done
    stat -c '%n %i %Y' /etc/kubernetes/manifests/*
    ls -A /var/lib/etcd
    find /etc/systemd/system -name 'cdk8s-day2*'`);
}
