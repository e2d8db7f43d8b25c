import { readdirSync } from 'fs';
import { PROGRAMS } from './library';
import { commandsOf, FILES, partsOf, shellFiles } from './shell-files';
import { Program } from '../../src/runtime/program';

const files = shellFiles();

const room = (file: string) => file.includes('/') ? file.split('/')[0] : 'entry';

/** Which rooms a room's functions may call, besides their own. */
const MAY_CALL: { readonly [room: string]: readonly string[] } = {
  lib: [],
  host: ['lib'],
  etcd: ['lib', 'host'],
  packages: ['lib', 'host'],
  node: ['lib', 'host', 'etcd'],
  backup: ['lib', 'etcd'],
  restore: ['lib', 'host', 'etcd', 'backup'],
  replace: ['lib', 'host', 'etcd'],
  turn: ['lib', 'node'],
  upgrade: ['lib', 'host', 'etcd', 'packages', 'node'],
  maintenance: ['lib', 'host', 'etcd', 'packages', 'node'],
  entry: ['lib', 'host', 'etcd', 'packages', 'node', 'turn', 'backup', 'restore', 'replace', 'upgrade', 'maintenance'],
};

/** What lib/ asks of a program: see lib/steps.sh and lib/program.sh. */
const OF_THE_PROGRAM = ['need_tools', 'resume', 'go_back', 'by_hand'];

/** The files in which a function is defined. Each program has its own steps, and its own version of what lib/ asks of a program. */
const homes = new Map<string, string[]>();
for (const file of files) {
  for (const { name } of file.functions) homes.set(name, [...homes.get(name) ?? [], file.name]);
}

/** Functions that take the name of a function. */
const TAKES_A_FUNCTION = ['begin_operation', 'carry', 'on_signals', 'read_options', 'run_program', 'start_beside'];

/** The functions of other files that a file calls. */
function findCalls(file: (typeof files)[number]): string[] {
  const parts = [...file.functions.map(({ body }) => body), file.rest];
  const names = commandsOf(parts).flatMap(([command, ...args]) => command && TAKES_A_FUNCTION.includes(command) ? [command, ...args] : [command]);
  // Commands in pipes and subshells count, too; `trap` and `eval` take theirs as text.
  const inTexts = [...partsOf(parts)].filter(({ Type, Value }) => Type === 'SglQuoted' && Value).flatMap(({ Value }) => (Value as string).match(/[a-z_]+/g) ?? []);
  const trapped = commandsOf(parts).some(([command]) => command === 'trap') ? inTexts : [];
  return [...new Set([...names, ...trapped])]
    .filter((name): name is string => name !== undefined && homes.has(name) && !homes.get(name)!.includes(file.name));
}

const calls = new Map(files.map((file) => [file.name, findCalls(file)]));

const isHook = (name: string) => OF_THE_PROGRAM.includes(name) || name.startsWith('step_');

test('every folder of programs/ has its place', () => {
  const folders = [...new Set(FILES.filter((file) => file.includes('/')).map(room))].sort();
  expect(folders).toEqual(Object.keys(MAY_CALL).filter((name) => name !== 'entry').sort());
  expect(readdirSync(PROGRAMS).filter((name) => !folders.includes(name)).sort()).toEqual(['README.md', 'etcd-snapshot.sh', 'maintain-node.sh', 'node-turn.sh', 'replace-member.sh', 'restore.sh', 'upgrade-node.sh']);
});

test.each([Program.ETCD_SNAPSHOT, Program.RESTORE, Program.REPLACE_MEMBER, Program.UPGRADE_NODE, Program.MAINTAIN_NODE, Program.NODE_TURN])('in the process of $name every function has one home', (program) => {
  const here = (file: string) => program.files.includes(file);
  expect([...homes].filter(([, where]) => where.filter(here).length > 1).map(([name, where]) => `${name}: ${where.filter(here).join()}`)).toEqual([]);
});

test.each(files.map(({ name }) => name))('%s calls functions in the direction of the house', (name) => {
  for (const called of calls.get(name)!.filter((each) => !isHook(each))) {
    const rooms = homes.get(called)!.map(room);
    expect({ called, rooms: rooms.filter((each) => each === room(name) || MAY_CALL[room(name)].includes(each)) }).not.toEqual({ called, rooms: [] });
  }
});

test('files are in no circle', () => {
  const uses = new Map(files.map((file) => [file.name, [...new Set(calls.get(file.name)!.filter((called) => !isHook(called)).flatMap((called) => {
    const where = homes.get(called)!;
    const near = where.filter((each) => room(each) === room(file.name));
    return near.length > 0 ? near : where;
  }))]]));
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) throw new Error(`a circle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
    if (done.has(file)) return;
    uses.get(file)!.forEach((used) => visit(used, [...path, file]));
    done.add(file);
  };
  files.forEach(({ name }) => visit(name, []));
});

test('lib/ knows neither etcd nor Kubernetes', () => {
  const found = files.filter(({ name }) => room(name) === 'lib').flatMap(({ name, text }) => text.split('\n')
    .filter((line) => /etcd|kube|api-?server/i.test(line.replace(/^\s*#.*/, ''))).map((line) => `${name}: ${line.trim()}`));
  expect(found).toEqual([]);
});
