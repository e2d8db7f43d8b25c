import { StubReplacementDrill } from '../support/drill/replacement-drill';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { StubClusterOptions } from '../support/stub/cluster';
import { StubLayout } from '../support/stub/layout';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/*
 * Each way to tell etcd where its data is, and each way to start it, against each operation. A cell ends as *done and proved* or as
 * *refused, nothing changed*, and never in a third way: the judge looks at the data by a client of its own, and at what runs.
 *
 * MATRIX=all plays every cell with three members, too, which takes a quarter of an hour.
 */
interface Cell {
  readonly title: string;
  readonly options: StubClusterOptions;
  /** Why the cell must be refused. Without it, the cell has to be done. */
  readonly refused?: RegExp;
  /** Why the cell must be refused with several members, each of which has to be told whom it joins. */
  readonly severalRefused?: RegExp;
}

const places: StubLayout[] = [
  { data: 'same' }, { data: 'apart' }, { data: 'link' }, { data: 'below' }, { data: 'sub-path' },
  { data: 'apart', told: 'variable' }, { data: 'same', told: 'variable' },
];
const starts: { title: string; layout: StubLayout; refused?: RegExp; severalRefused?: RegExp }[] = [
  { title: 'by a command', layout: {} },
  { title: 'by arguments alone', layout: { words: 'args' }, severalRefused: /can't be told whom etcd joins/ },
  { title: 'by a command in flow style', layout: { words: 'flow' }, severalRefused: /can't be told whom etcd joins/ },
  { title: 'by a shell', layout: { words: 'shell' }, refused: /starts sh, and not etcd itself/ },
];
const nameOf = ({ data, told = 'flag' }: StubLayout) => `its data ${data}, told by a ${told}`;

const cells: Cell[] = [
  ...starts.flatMap(({ title, layout, ...outcome }) => places.map((place): Cell => ({
    title: `${nameOf(place)}, started ${title}`, options: { layout: { ...place, ...layout } }, ...outcome,
  }))),
  ...places.filter(({ data }) => data === 'same' || data === 'link').map((place): Cell => ({
    title: `${nameOf(place)}, started by systemd`, options: { layout: place, runs: 'unit' },
  })),
];

const all = process.env.MATRIX === 'all';
// With several members each cell takes half a minute, so one of a kind stands for the others.
const ONE_OF_A_KIND = [
  'its data apart, told by a variable, started by a command', 'its data apart, told by a variable, started by a command in flow style',
  'its data apart, told by a flag, started by a shell', 'its data sub-path, told by a flag, started by arguments alone',
  'its data link, told by a flag, started by a command', 'its data link, told by a flag, started by systemd',
  'its data same, told by a variable, started by systemd',
];
const several = cells.filter(({ title }) => all || ONE_OF_A_KIND.includes(title));

describeWithTools('a cluster that is not made by the book', [toolchain.etcd35, toolchain.etcd36, toolchain.busybox], () => asRoot('a cluster that is not made by the book', () => {
  /** What is refused has changed nothing: what runs still runs, with all that it holds. */
  async function expectUntouched(drill: StubRestoreDrill, before: object[]): Promise<void> {
    expect(drill.machines.map(({ running }) => running)).toEqual(before);
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }

  test.concurrent.each(cells)('restored by itself: $title', ({ options, refused }) => StubRestoreDrill.with({ etcd: toolchain.etcd35, ...options }, async (drill) => {
    const [machine] = drill.machines;
    const before = drill.machines.map(({ running }) => running);
    const tried = await drill.type(machine, ['--at', drill.backup, '--id', 'matrix', '--dry-run']).summary();
    await expectUntouched(drill, before);
    if (refused) {
      expect(tried).toMatchObject({ outcome: 'failed', message: expect.stringMatching(refused) });
      expect(await drill.startOn(machine, 'matrix', {}).summary()).toMatchObject({ outcome: 'failed', message: expect.stringMatching(refused) });
      await expectUntouched(drill, before);
      return;
    }
    expect(tried).toMatchObject({ status: 0, outcome: 'dry-run' });
    drill.start('matrix');
    expect(await drill.faultsOfRestored('matrix')).toEqual([]);
  }));

  test.concurrent.each(several)('restored with three members: $title', ({ options, refused, severalRefused }) => StubRestoreDrill.with({ members: 3, ...options }, async (drill) => {
    const before = drill.machines.map(({ running }) => running);
    const wrong = refused ?? severalRefused;
    const runs = drill.start('matrix', { env: { READY_TIMEOUT: '20' } });
    if (!wrong) {
      expect(await drill.faultsOfRestored('matrix')).toEqual([]);
      return;
    }
    const told = await Promise.all([...runs.values()].map((run) => run.summary()));
    expect(told.map(({ status }) => status)).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
    expect(told.every(({ status }) => status !== 0)).toBe(true);
    expect(told.map(({ message }) => message).join()).toMatch(wrong);
    await expectUntouched(drill, before);
  }));

  test.concurrent.each(several)('a member replaced: $title', ({ options, refused, severalRefused }) => StubReplacementDrill.with(options, async (drill) => {
    const [, , failed] = drill.members;
    await drill.fail(failed);
    drill.resume(failed);
    const told = await drill.start(failed, 'matrix').summary();
    const wrong = refused ?? severalRefused;
    if (wrong) {
      expect(told).toMatchObject({ message: expect.stringMatching(wrong) });
      expect(told.status).not.toBe(0);
      expect(failed.dataBefore('matrix')).toBeUndefined();
      expect((await drill.cluster.seenBy(drill.members[0])).members).toEqual(['cp1 voter', 'cp2 voter', 'cp3 voter']);
      return;
    }
    expect(told).toMatchObject({ status: 0, outcome: 'replaced' });
    expect(await drill.faultsOfReplaced(failed, 'matrix')).toEqual([]);
  }));
}));
