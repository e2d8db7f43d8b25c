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
 * MATRIX=all plays every cell, and each with three members, too, which takes half an hour.
 */
interface Outcome {
  /** Why the cell must be refused. Without it, the cell has to be done. */
  readonly refused?: RegExp;
  /** Why the cell must be refused with several members, each of which has to be told whom it joins. */
  readonly severalRefused?: RegExp;
}

interface Cell extends Outcome {
  readonly title: string;
  readonly options: StubClusterOptions;
}

type Start = Outcome & { readonly title: string; readonly layout: StubLayout };

const FROM_FILE = /etcd reads the file \S+ in place of flags/;

const places: (Outcome & { readonly layout: StubLayout })[] = [
  ...(['same', 'apart', 'link', 'below', 'sub-path'] as const).map((data) => ({ layout: { data } })),
  { layout: { data: 'apart', told: 'variable' } },
  { layout: { data: 'same', told: 'variable' } },
  { layout: { data: 'same', told: 'file' }, refused: FROM_FILE },
];
const starts: Start[] = [
  { title: 'by a command', layout: {} },
  { title: 'by arguments alone', layout: { words: 'args' }, severalRefused: /can't be told whom etcd joins/ },
  { title: 'by a command and arguments', layout: { words: 'both' } },
  { title: 'by a command in flow style', layout: { words: 'flow' }, severalRefused: /can't be told whom etcd joins/ },
  { title: 'by a shell', layout: { words: 'shell' }, refused: /starts sh, and not etcd itself/ },
  { title: 'by tini', layout: { words: 'tini' }, refused: /starts tini, and not etcd itself/ },
  { title: 'by a script', layout: { words: 'script' }, refused: /starts start-etcd, and not etcd itself/ },
];
const units: (Outcome & { readonly layout: StubLayout })[] = [
  { layout: { data: 'same' } },
  { layout: { data: 'link' } },
  { layout: { data: 'apart' } },
  ...(['same', 'apart'] as const).flatMap((data) => (['variable', 'environment-file', 'drop-in'] as const).map((told) => ({ layout: { data, told } }))),
  { layout: { data: 'same', told: 'file' }, refused: FROM_FILE },
];

const MEANS = { 'flag': 'a flag', 'variable': 'a variable', 'file': 'etcd\'s own file', 'environment-file': 'an EnvironmentFile', 'drop-in': 'a drop-in' };
const nameOf = ({ data, told = 'flag' }: StubLayout) => `its data ${data}, told by ${MEANS[told]}`;

const cells: Cell[] = [
  ...starts.flatMap(({ title, layout, ...outcome }) => places.map(({ layout: place, ...placed }): Cell => ({
    title: `${nameOf(place)}, started ${title}`, options: { layout: { ...place, ...layout } }, ...placed, ...outcome,
  }))),
  ...units.map(({ layout, ...outcome }): Cell => ({ title: `${nameOf(layout)}, started by systemd`, options: { layout, runs: 'unit' }, ...outcome })),
];

const all = process.env.MATRIX === 'all';
const oneOfAKind = (titles: readonly string[]) => {
  const unknown = titles.filter((title) => !cells.some((cell) => cell.title === title));
  if (unknown.length > 0) throw new Error(`no such cells: ${unknown.join('; ')}`);
  return cells.filter(({ title }) => all || titles.includes(title));
};
const single = oneOfAKind([
  ...['a command', 'arguments alone', 'a command in flow style', 'a shell'].flatMap((start) => places.slice(0, 7).map(({ layout }) => `${nameOf(layout)}, started by ${start}`)),
  'its data same, told by etcd\'s own file, started by a command',
  ...['a command and arguments', 'tini', 'a script'].map((start) => `its data apart, told by a flag, started by ${start}`),
  ...['same, told by a flag', 'link, told by a flag', 'same, told by a variable', 'apart, told by an EnvironmentFile', 'apart, told by a drop-in', 'same, told by etcd\'s own file']
    .map((place) => `its data ${place}, started by systemd`),
]);
// With several members each cell takes half a minute, so one of a kind stands for the others.
const several = oneOfAKind([
  'its data apart, told by a flag, started by a command',
  'its data apart, told by a variable, started by a command', 'its data apart, told by a variable, started by a command in flow style',
  'its data apart, told by a flag, started by a shell', 'its data sub-path, told by a flag, started by arguments alone',
  'its data link, told by a flag, started by a command',
  'its data apart, told by an EnvironmentFile, started by systemd', 'its data apart, told by a drop-in, started by systemd',
]);

describeWithTools('a cluster that is not made by the book', [toolchain.etcd35, toolchain.etcd36, toolchain.busybox], () => asRoot('a cluster that is not made by the book', () => {
  /** What is refused has changed nothing: what runs still runs, with all that it holds. */
  async function expectUntouched(drill: StubRestoreDrill, before: object[]): Promise<void> {
    expect(drill.running).toEqual(before);
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }

  test.concurrent.each(single)('restored by itself: $title', ({ options, refused }) => StubRestoreDrill.with({ etcd: toolchain.etcd35, ...options }, async (drill) => {
    const [machine] = drill.machines;
    const before = drill.running;
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
    const before = drill.running;
    const wrong = refused ?? severalRefused;
    const typed = async (everywhere: string[]) => {
      const runs = drill.start('matrix', { env: { READY_TIMEOUT: '20' }, everywhere });
      return Promise.all([...runs.values()].map((run) => run.summary()));
    };
    const [holder, ...followers] = await typed(['--dry-run']);
    await expectUntouched(drill, before);
    // The holder joins nobody.
    expect(holder.status === 0).toBe(!refused);
    for (const follower of followers) expect(follower).toMatchObject(wrong ? { message: expect.stringMatching(wrong) } : { status: 0, outcome: 'dry-run' });
    if (!wrong) {
      drill.start('matrix');
      expect(await drill.faultsOfRestored('matrix')).toEqual([]);
      return;
    }
    const told = await typed([]);
    expect(told.map(({ status }) => status)).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
    expect(told.every(({ status }) => status !== 0)).toBe(true);
    expect(told.map(({ message }) => message).join()).toMatch(wrong);
    await expectUntouched(drill, before);
  }));

  test.concurrent.each(several)('a member replaced: $title', ({ options, refused, severalRefused }) => StubReplacementDrill.with(options, async (drill) => {
    const [, , failed] = drill.members;
    await drill.fail(failed);
    drill.resume(failed);
    drill.remember(failed);
    const told = await drill.start(failed, 'matrix').summary();
    const wrong = refused ?? severalRefused;
    if (wrong) {
      expect(told).toMatchObject({ message: expect.stringMatching(wrong) });
      expect(told.status).not.toBe(0);
      expect(failed.dataBefore('matrix')).toBeUndefined();
      expect(await drill.faultsOfRefusal(failed)).toEqual([]);
      return;
    }
    expect(told).toMatchObject({ status: 0, outcome: 'replaced' });
    expect(await drill.faultsOfReplaced(failed, 'matrix')).toEqual([]);
  }));
}));
