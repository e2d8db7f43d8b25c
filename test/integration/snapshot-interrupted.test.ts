import { readdirSync, statSync } from 'fs';
import { join } from 'path';
import { Duration } from 'cdk8s';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { fillDatabase } from '../support/etcd/fill-database';
import { asRoot } from '../support/pod/as-root';
import { etcdScene } from '../support/pod/etcd-scene';
import { expectFailure, expectSaved } from '../support/pod/failure';
import { Pod } from '../support/pod/pod';
import { SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('a save that is interrupted', [toolchain.etcd36, toolchain.busybox], () => asRoot('a save that is interrupted', () => {
  let etcd: EtcdClusterFixture;
  let scene: SnapshotScene;

  beforeAll(async () => {
    etcd = await EtcdClusterFixture.start(toolchain.etcd36);
    await fillDatabase(etcd.client, 100);
  });
  beforeEach(() => { scene = etcdScene(etcd); });
  afterEach(() => {
    etcd.members[0].resume();
    scene.remove();
  });
  afterAll(() => etcd.destroy());

  /** Bytes of the snapshot that is being saved. */
  function received(): number {
    const [folder] = scene.backups.leftovers;
    if (!folder) return 0;
    const [file] = readdirSync(join(scene.backups.folder, folder));
    return file ? statSync(join(scene.backups.folder, folder, file)).size : 0;
  }

  /** Starts a run and returns when its save has got some megabytes and, as etcd is held, gets no more. */
  async function startAndHold(timeout = Duration.minutes(10), shell: 'busybox' | 'dash' = 'busybox'): Promise<Pod> {
    const pod = await scene.start({ snapshotTimeout: timeout }, { shell });
    await until('the save has begun', () => received() > 4_000_000 || !pod.running);
    etcd.members[0].pause();
    if (!scene.backups.leftovers.some((name) => readdirSync(join(scene.backups.folder, name)).includes('snapshot.db.part'))) {
      throw new Error(`the save was over before it could be interrupted:\n${pod.output}`);
    }
    return pod;
  }

  test.each(['busybox', 'dash'] as const)('SIGTERM, in %s: it ends at once, says by what, and cleans up after itself', async (shell) => {
    const pod = await startAndHold(undefined, shell);
    const started = Date.now();
    await expectFailure(scene, async () => {
      pod.signal('SIGTERM');
      const result = await pod.finished();
      etcd.members[0].resume();
      return result;
    }, { exitCode: 143, step: 'save', message: /^ended by SIGTERM$/, fix: /earlier backups are as they were/ });
    // Within a pod's usual grace of 30 s by far.
    expect(Date.now() - started).toBeLessThan(10_000);
    await expectSaved(scene, () => scene.run());
  });

  test('SIGKILL: what it left counts as no backup, and the next run removes it', async () => {
    const pod = await startAndHold();
    const before = scene.backups.look(scene.earlier);
    pod.signal('SIGKILL');
    const { exitCode } = await pod.finished();
    etcd.members[0].resume();
    expect(exitCode).toBe(137);
    expect(scene.backups.look(scene.earlier)).toEqual(before);
    expect(scene.backups.complete).toEqual(scene.earlier);
    expect(scene.backups.leftovers).toHaveLength(1);
    await expectSaved(scene, () => scene.run());
  });

  test('the time-out: it says how long it waited and how to give it longer', async () => {
    const pod = await startAndHold(Duration.seconds(3));
    await expectFailure(scene, async () => {
      const result = await pod.finished();
      etcd.members[0].resume();
      return result;
    }, { exitCode: 1, step: 'save', message: /no answer within 3 s/, fix: /raise snapshotTimeout/ });
  });

  test('etcd is killed: the run fails, and goes well when etcd is back', async () => {
    const pod = await startAndHold();
    await expectFailure(scene, async () => {
      await etcd.members[0].kill();
      return pod.finished();
    }, { exitCode: 1, step: 'save', message: /^no member gave a good snapshot: ./, fix: /./ });
    etcd.members[0].start();
    await etcd.members[0].waitUntilHealthy();
    await expectSaved(scene, () => scene.run());
  });

  test('a second run waits for the first, and both give a whole backup', async () => {
    const first = await startAndHold();
    const second = await scene.start();
    await until('the second one waits', () => second.output.includes('another run is writing here, waiting for it'));
    etcd.members[0].resume();
    const results = await Promise.all([first.finished(), second.finished()]);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const written = results.map((result) => summaryOf(result).backup);
    expect(scene.backups.complete).toEqual(written);
    expect(written.flatMap((name) => scene.backups.faults(name))).toEqual([]);
    expect(scene.backups.leftovers).toEqual([]);
  });

  test('a second run gives up when the first takes too long, and touches nothing of its', async () => {
    const first = await startAndHold();
    const [writing] = scene.backups.leftovers;
    const second = await scene.run({ snapshotTimeout: Duration.seconds(2) });
    expect({ exitCode: second.exitCode, ...summaryOf(second) }).toMatchObject({ exitCode: 1, outcome: 'failed', message: expect.stringMatching(/another run still holds the lock/) });
    expect(scene.backups.leftovers).toEqual([writing]);
    expect(scene.backups.complete).toEqual(scene.earlier);
    etcd.members[0].resume();
    await expectSaved(scene, () => first.finished());
  });
}));
