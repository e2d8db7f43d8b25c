import { asRoot } from '../support/pod/as-root';
import { ContainerResult } from '../support/pod/container';
import { expectSaved } from '../support/pod/failure';
import { KitOnDisk } from '../support/pod/kit-on-disk';
import { SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { NODE, STUB_CLUSTER, stubImage } from '../support/pod/stub-etcd';
import { Mishap, Trap } from '../support/pod/trap';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** The whole of what a run can do: it keeps the break-glass kit, too, in place of an earlier one. */
const PROPS = { nodes: NODE, breakGlassKit: true };

/** A run at one of whose commands something happens, and what the volume looks like then. */
interface Mischance {
  readonly at: string;
  readonly scene: SnapshotScene;
  readonly trap: Trap;
  readonly result: ContainerResult;
}

// Every command of a run that changes the volume or decides about it is a point at which it may be interrupted: all of them are tried.
describeWithTools('a run with a mishap at every one of its commands', [toolchain.busybox], () => asRoot('a run with a mishap at every one of its commands', () => {
  let calls: string[];

  beforeAll(async () => {
    const { scene, trap, result } = await meet(0, 'kill');
    expect(result.exitCode).toBe(0);
    calls = trap.calls;
    scene.remove();
  });

  async function meet(call: number, mishap: Mishap): Promise<Mischance> {
    const options = { image: {} };
    const scene = new SnapshotScene(STUB_CLUSTER, options);
    options.image = stubImage(scene);
    new KitOnDisk(scene.backups.folder).plant();
    const trap = new Trap(scene.folder);
    trap.set(call, mishap);
    const pod = await scene.start(PROPS, trap.options);
    if (call > 0 && (mishap === 'kill' || mishap === 'half')) {
      await until(`call ${call} is reached`, () => trap.reached || !pod.running);
      if (trap.reached) pod.signal('SIGKILL');
    }
    const result = await pod.finished();
    return { at: `call ${call}, ${trap.calls[call - 1]} (${mishap})`, scene, trap, result };
  }

  /** What a run broke of the promise, whatever happened to it. */
  function broken({ scene, result }: Mischance, before: Record<string, string>): string[] {
    const { backups, earlier } = scene;
    const written = backups.complete.filter((name) => !earlier.includes(name));
    const kept = earlier.filter((name) => backups.complete.includes(name));
    const seen = backups.look(kept);
    const faults = [
      // A person must be able to restore at this moment.
      ...new KitOnDisk(backups.folder).faults,
      ...written.flatMap((name) => backups.faults(name)),
      ...Object.entries(seen).filter(([file, facts]) => before[file] !== facts).map(([file]) => `${file} was touched`),
      ...Object.keys(before).filter((file) => kept.some((name) => file.startsWith(name)) && !(file in seen)).map((file) => `${file} is gone`),
    ];
    if (!kept.includes(earlier[2])) faults.push('the newest of the earlier backups is gone');
    if (kept.length < 3 && written.length === 0) faults.push('an earlier backup went before a new one was complete');
    if (result.exitCode === 0 && written.length !== 1) faults.push(`it claims to have saved, and there are ${written.length} new backups`);
    return faults;
  }

  /** What is wrong with a run's last words. Not for a run that was killed: it has none. */
  function unsaid({ result }: Mischance): string[] {
    if (result.terminationMessage === '') return [`it ended with ${result.exitCode} and said nothing; ${result.stderr.trim()}`];
    const { outcome, fix } = summaryOf(result);
    return [
      ...(outcome === 'saved') === (result.exitCode === 0) ? [] : [`outcome ${outcome} with exit code ${result.exitCode}`],
      ...outcome === 'failed' && !fix ? ['it does not say what to do'] : [],
    ];
  }

  /** Lets the mishap happen at each of these calls, two at a time, and collects all that was not as promised. */
  async function tryAll(mishap: Mishap, numbers: number[], judge: (mischance: Mischance) => string[]): Promise<string[]> {
    const faults: string[] = [];
    const left = [...numbers];
    const worker = async () => {
      for (let call = left.shift(); call !== undefined; call = left.shift()) {
        const mischance = await meet(call, mishap);
        const { at, scene } = mischance;
        const found = [...broken(mischance, scene.planted), ...judge(mischance)];
        // The policy keeps two: the next run's own, and the newest one that is there now.
        const [newest] = scene.backups.complete.slice(-1);
        try {
          await expectSaved(scene, () => scene.run(PROPS, { shell: 'dash' }));
          const kit = new KitOnDisk(scene.backups.folder);
          found.push(...kit.faults.map((fault) => `after the next run, ${fault}`));
          if (kit.target === KitOnDisk.PLANTED || kit.names.length !== 2) found.push(`after the next run there are the kits ${kit.names.join(', ')}`);
          if (!scene.backups.complete.includes(newest)) found.push(`the next run deleted ${newest}, which it had to keep`);
        } catch (error) {
          found.push(`the next run did not go well: ${(error as Error).message}`);
        }
        faults.push(...found.map((fault) => `${at}: ${fault}`));
        scene.remove();
      }
    };
    await Promise.all([worker(), worker()]);
    return faults;
  }

  const every = () => calls.map((_, index) => index + 1);

  /** Whether a call only removes the run's own scratch files, at its end. */
  const isTidying = (call: number) => calls[call - 1].startsWith('rm -rf /tmp/');

  test('there are such commands in every step', () => {
    expect(calls.length).toBeGreaterThan(15);
    for (const call of ['mkdir -m 0700 .incomplete-', 'etcdctl --endpoints=', 'etcdutl snapshot status', 'sync ', 'mv .incomplete-', 'mv 2', 'rm -rf ./.trash-', 'cp ', 'ln -s ', 'mv -T .break-glass-', 'rm -rf ./.break-glass-']) {
      expect(calls).toContainEqual(expect.stringContaining(call));
    }
  });

  test('SIGKILL: earlier backups are untouched, nothing half done counts, and the next run heals it', async () => {
    expect(await tryAll('kill', every(), ({ result }) => result.exitCode === 137 ? [] : [`it ended with ${result.exitCode}`])).toEqual([]);
  }, 300_000);

  test('a power cut in the middle of a deletion: what is left of that backup does not count', async () => {
    const deletions = every().filter((call) => calls[call - 1].startsWith('rm -rf ./.trash-'));
    expect(deletions).toHaveLength(2);
    expect(await tryAll('half', deletions, () => [])).toEqual([]);
  }, 300_000);

  test('SIGTERM: the same, and the end is said', async () => {
    expect(await tryAll('term', every(), unsaid)).toEqual([]);
  }, 300_000);

  test('a command that fails: the same, and the end is said with a fix', async () => {
    expect(await tryAll('fail', every().filter((call) => !isTidying(call)), unsaid)).toEqual([]);
  }, 300_000);

  test('scratch files that stay make no failure of a saved backup', async () => {
    expect(await tryAll('fail', every().filter(isTidying), unsaid)).toEqual([]);
  });
}));
