import { spawnSync } from 'child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { declared } from './declared';
import { PROGRAMS } from './library';
import { asRoot } from '../support/pod/as-root';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** In place of all that asks this machine: what would be staged is written to a file instead. */
const NOTHING_BEGINS = `
SCRATCH=$HERE/scratch
check_kit() { :; }
find_tools() { :; }
for function in need_tools choose_tools know_machines know_members check_for_others_work check_superseded hold_superseded tell_others; do
  eval "$function() { :; }"
done
node_name() { echo w1; }
begin_operation() { write_inputs "$HERE/staged" $(input_names); exit 0; }
`;

interface ByHand {
  /** Options that are enough. */
  readonly line: string[];
  /** Options that are not enough, and what is said then. */
  readonly bare: string[];
  readonly refused: string;
  /** Values that the checks of the program let through. */
  readonly values: { readonly [option: string]: string };
}

const PROGRAMS_BY_HAND: { readonly [program: string]: ByHand } = {
  'restore.sh': { line: ['--latest', '--id', 'x'], bare: [], refused: 'no snapshot is chosen', values: {} },
  'replace-member.sh': { line: ['--id', 'x'], bare: ['--abort'], refused: '--abort stands without the id', values: {} },
  'upgrade-node.sh': {
    line: ['--to', '1.35.4', '--id', 'x'],
    bare: [],
    refused: 'the version is missing',
    values: { '--to': '1.36.2', '--on-timeout': 'wait', '--empty-dir': 'move', '--unmanaged': 'delete', '--hand-made': 'drop', '--patches': '/patches', '--certificates': 'keep', '--etcd': 'keep' },
  },
  'maintain-node.sh': {
    line: ['--packages', 'none', '--id', 'x'],
    bare: [],
    refused: 'it is not said which packages are updated',
    values: { '--packages': 'all', '--container-runtime': 'update', '--reboot': 'always', '--on-timeout': 'wait', '--empty-dir': 'move', '--unmanaged': 'delete' },
  },
};

/** Those that only a Job gives. */
const OF_A_JOB = ['SELF', 'EXPIRES', 'TURN', 'PASS_ON', 'SERIES', 'WINDOW', 'MACHINES', 'STAGED_FROM', 'SNAPSHOT'];

interface Typed {
  readonly exitCode: number | null;
  readonly output: string;
  /** The inputs of the operation that would begin. */
  readonly staged?: { readonly [name: string]: string };
}

describeWithTools('options', [toolchain.busybox], () => asRoot('options', () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => describe.each(Object.entries(PROGRAMS_BY_HAND))('%s', (program, { line, bare, refused, values }) => {
  const here = mkdtempSync(join(tmpdir(), 'cdk8s-day2-options-'));
  const inputs = declared(program);
  const withOption = inputs.filter(({ option }) => option !== '-').map(({ name, option }) => ({ name, option: option.split('=')[0], always: option.split('=')[1] }));
  const valueOf = (option: string) => values[option] ?? 'y';

  beforeAll(() => {
    cpSync(PROGRAMS, join(here, 'programs'), { recursive: true });
    const text = readFileSync(join(PROGRAMS, program), 'utf8');
    const [last] = /^run_program .*\n$/m.exec(text)!;
    writeFileSync(join(here, 'programs', program), text.slice(0, -last.length));
    appendFileSync(join(here, 'programs', program), `${NOTHING_BEGINS}${last}`);
  });
  afterAll(() => rmSync(here, { recursive: true, force: true }));

  const type = (args: string[], env: { [name: string]: string } = {}): Typed => {
    const file = join(here, 'staged');
    rmSync(file, { force: true });
    const interpreter = shell === 'busybox' ? [toolchain.busybox.path(), 'sh'] : ['dash'];
    const { status, stdout, stderr } = spawnSync(interpreter[0], [...interpreter.slice(1), join(here, 'programs', program), ...args], { encoding: 'utf8', env: { PATH: process.env.PATH, HERE: here, ...env } });
    const staged = existsSync(file) ? Object.fromEntries([...readFileSync(file, 'utf8').matchAll(/^(\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value])) : undefined;
    return { exitCode: status, output: stdout + stderr, staged };
  };

  let without: Typed['staged'];
  test('without an option, each input has its default', () => {
    const { exitCode, staged } = type(line);
    without = staged;
    expect({ exitCode, id: staged?.OPERATION }).toEqual({ exitCode: 0, id: 'x' });
    const typed = withOption.filter(({ option }) => line.includes(option)).map(({ name }) => name);
    const fallbacks = inputs.filter(({ name, default: fallback }) => fallback !== '-' && !typed.includes(name));
    for (const { name, default: fallback } of fallbacks) expect({ name, value: staged![name] }).toEqual({ name, value: fallback });
  });

  test.each([...withOption.map(({ name }) => name), ...inputs.map(({ name }) => name).filter((name) => OF_A_JOB.includes(name))])('an exported %s has no effect', (name) => {
    const option = withOption.find((each) => each.name === name);
    const exported = option ? option.always ?? valueOf(option.option) : 'asked';
    const { exitCode, staged } = type(line, { [name]: exported });
    expect({ exitCode, staged }).toEqual({ exitCode: 0, staged: without });
  });

  test('what must be typed is refused where it is only exported', () => {
    const exported = Object.fromEntries([...withOption.map(({ name, option }) => [name, valueOf(option)]), ['SNAPSHOT', 'latest']]);
    expect(type(bare, exported)).toEqual({ exitCode: 2, output: expect.stringContaining(refused), staged: undefined });
  });

  test.each(withOption)('$option sets $name', ({ name, option, always }) => {
    if (always) {
      expect(type([...line, option]).staged).toMatchObject({ [name]: always });
      expect(type([...line, `${option}=${always}`]).exitCode).toBe(2);
    } else {
      expect(type([...line, option, valueOf(option)]).staged).toMatchObject({ [name]: valueOf(option) });
      expect(type([...line, `${option}=${valueOf(option)}`]).staged).toMatchObject({ [name]: valueOf(option) });
    }
  });

  test.each(withOption.filter(({ always }) => !always))('$option without its value is refused', ({ option }) => {
    for (const rest of [[option], [option, ''], [`${option}=`], [option, '--status']]) {
      expect(type([...line, ...rest])).toEqual({ exitCode: 2, output: expect.stringContaining(`${option} stands without its value: give it one`), staged: undefined });
    }
  });

  test('what is unknown is refused, with all that is known', () => {
    const lists = ['--newest', '--newest=1', 'newest'].map((unknown) => {
      const { exitCode, output, staged } = type([...line, unknown]);
      expect({ exitCode, staged }).toEqual({ exitCode: 2, staged: undefined });
      const [, word, list] = /'(\S+)' is not known: give one of: (.*)\. See: sh \S+ --help/.exec(output)!;
      expect(word).toBe(unknown.split('=')[0]);
      return list.split(' ');
    });
    expect(lists[0]).toEqual(expect.arrayContaining([...withOption.map(({ option }) => option), '--status', '--abort']));
    for (const option of lists[0]) expect(type([option]).output).not.toContain('is not known');
  });

  test('--help has one line for an option: with its variable and its default', () => {
    const { exitCode, output } = type(['--help']);
    expect(exitCode).toBe(0);
    const page = output.replace(/\n {26}/g, ' ');
    for (const { name, option, always } of withOption) {
      const { default: fallback } = inputs.find((each) => each.name === name)!;
      const row = page.split('\n').filter((each) => each.trim().split(' ')[0] === option);
      expect(row).toHaveLength(1);
      expect(row[0]).toContain(always ? `(${name}=${always})` : `${option} ${name} `);
      if (fallback !== '-') expect(row[0]).toContain(`default ${fallback}`);
    }
  });
}))));
