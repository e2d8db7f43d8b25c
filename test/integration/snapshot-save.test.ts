import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { readSnapshot } from '../support/etcd/restored-snapshot';
import { WriteLoad } from '../support/etcd/write-load';
import { asRoot } from '../support/pod/as-root';
import { etcdScene } from '../support/pod/etcd-scene';
import { expectSaved } from '../support/pod/failure';
import { Shell } from '../support/pod/pod';
import { SnapshotScene } from '../support/pod/snapshot-scene';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { runOrThrow } from '../toolchain/run';
import { Tool } from '../toolchain/tool';
import { toolchain } from '../toolchain/toolchain';

const SHELLS: Shell[] = ['busybox', 'dash'];

function savesUnderLoad(tool: Tool, members: number, shells: Shell[]): void {
  const suite = `${tool.title} with ${members === 1 ? 'one member' : `${members} members`} that is being written to`;
  describeWithTools(suite, [tool, toolchain.busybox], () => asRoot(suite, () => {
    let etcd: EtcdClusterFixture;
    let scene: SnapshotScene;

    beforeAll(async () => { etcd = await EtcdClusterFixture.start(tool, { members }); });
    beforeEach(() => { scene = etcdScene(etcd); });
    afterEach(() => scene.remove());
    afterAll(() => etcd.destroy());

    // This test comes first, before anything is written.
    test('nothing was ever written: that is a state like any other', async () => {
      const { backup, revision } = await expectSaved(scene, () => scene.run({ nodes: SnapshotNodes.named('cp1') }));
      expect(await readSnapshot(tool, scene.backups.snapshotFile(backup))).toEqual({ revision, keys: [] });
    });

    test.each(shells)('in %s: the snapshot restores to every key written before it and to none written after, and its record is true', async (shell) => {
      // The writes go to another member than the snapshot comes from, where there is another.
      const load = WriteLoad.start(etcd.members[members - 1].client);
      let backup: string;
      let began: number;
      let ended: number;
      try {
        await load.more(100);
        began = Date.now();
        ({ backup } = await expectSaved(scene, () => scene.run({ nodes: SnapshotNodes.named('cp1') }, { shell })));
        ended = Date.now();
        await load.more(20);
      } finally {
        await load.stop();
      }
      const record = scene.backups.record(backup);
      const expected = load.expectedAt(record.revision);
      expect(load.unanswered).toEqual([]);
      expect(expected.size).toBeGreaterThanOrEqual(100);
      expect(load.writes.length).toBeGreaterThanOrEqual(expected.size + 20);

      const file = scene.backups.snapshotFile(backup);
      const restored = await readSnapshot(tool, file);
      expect(restored.revision).toBe(record.revision);
      expect(new Map(restored.keys.filter(({ key }) => load.owns(key)).map(({ key, value }) => [key, value]))).toEqual(expected);

      const { version } = await etcd.client.status();
      expect(record).toEqual({
        format: 1,
        cluster: 'prod',
        clusterId: expect.stringMatching(/^[1-9]\d*$/),
        member: 'cp1',
        endpoint: `https://127.0.0.1:${etcd.clientPort}`,
        etcdVersion: version,
        // Patch releases write what their minor writes.
        storageVersion: expect.stringMatching(new RegExp(`^${version.split('.', 2).join('\\.')}(\\.0)?$`)),
        takenAt: backup.replace(/^(....)(..)(..)T(..)(..)(..)Z-r\d+$/, '$1-$2-$3T$4:$5:$6Z'),
        revision: Number(/-r(\d+)$/.exec(backup)![1]),
        keys: await keysByTool(tool, file),
        // expectSaved compares both with the file.
        sizeBytes: expect.any(Number),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        durationSeconds: expect.any(Number),
        fingerprints: { 'ca.crt': expect.stringMatching(/^[0-9a-f]{64}$/), 'sa.pub': expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
      expect(record.keys).toBeGreaterThanOrEqual(restored.keys.length);
      // Whole seconds, cut.
      expect(Date.parse(record.takenAt)).toBeGreaterThan(began - 1000);
      expect(Date.parse(record.takenAt)).toBeLessThanOrEqual(ended);
      expect(record.durationSeconds).toBeGreaterThanOrEqual(0);
      expect(record.durationSeconds).toBeLessThanOrEqual((ended - began) / 1000 + 1);
    });
  }));
}

/** The number of keys by etcd's own count, which includes their history and what etcd keeps for itself. */
async function keysByTool(tool: Tool, file: string): Promise<number> {
  const inspector = tool.recipe.programs.includes('etcdutl') ? 'etcdutl' : 'etcdctl';
  return JSON.parse(await runOrThrow(tool.path(inspector), ['snapshot', 'status', file, '--write-out=json'], { env: { ETCDCTL_API: '3' } })).totalKey;
}

savesUnderLoad(toolchain.etcd34, 1, SHELLS);
savesUnderLoad(toolchain.etcd35, 1, SHELLS);
savesUnderLoad(toolchain.etcd36, 1, SHELLS);
savesUnderLoad(toolchain.etcd37, 1, ['busybox']);
savesUnderLoad(toolchain.etcd35, 3, ['busybox']);
