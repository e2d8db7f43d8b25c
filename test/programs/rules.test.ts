import { readFileSync } from 'fs';
import { join } from 'path';
import { PROGRAMS } from './library';
import { AND, assignedIn, commandsOf, FILES, literal, localsOf, OR, Part, partsOf, readIn, shellFiles, ShellFunction } from './shell-files';

const files = shellFiles();
const functions = files.flatMap(({ name, functions: own }) => own.map((each) => ({ file: name, ...each })));

test.each(files.map(({ name, functions: own }) => [name, own] as const))('%s: lower case is local, upper case is an input or what others read', (_, own) => {
  const faults = own.flatMap(({ name, body }) => {
    const locals = localsOf(body);
    return [
      ...assignedIn(body).filter((each) => /[a-z]/.test(each) && !locals.includes(each)).map((each) => `${name}: ${each} is not local`),
      ...locals.filter((each) => !/[a-z]/.test(each)).map((each) => `${name}: ${each} is local`),
      // Every file may read `here`, the folder of the programs.
      ...readIn(body).filter((each) => /[a-z]/.test(each) && each !== 'here' && !locals.includes(each)).map((each) => `${name}: ${each} is read, and is nobody's`),
    ];
  });
  expect(faults).toEqual([]);
});

test('a machine without shfmt, which all of these rules need, is told so', () => {
  const { PATH } = process.env;
  process.env.PATH = '/nonexistent';
  try {
    expect(shellFiles).toThrow('install shfmt');
  } finally {
    process.env.PATH = PATH;
  }
});

test.each(FILES)('%s: lines have 120 columns, unless a text for a person stands in them, which can be searched for in one piece', (file) => {
  const long = readFileSync(join(PROGRAMS, file), 'utf8').split('\n').filter((line) => line.length > 120 && !/"(?:[^"\\]|\\.){50}/.test(line));
  expect(long).toEqual([]);
});

/** Usual commands and functions of ours that change something outside of the shell. */
const EFFECTS = ['cp', 'mv', 'rm', 'mkdir', 'rmdir', 'ln', 'chmod', 'chown', 'sync', 'systemctl', 'keep_fact', 'put_in_place'];
/** Folders of files that must not be missing. WORK is only in memory. */
const LASTING = ['RECORD', 'DATA_DIR', 'MANIFESTS', 'UNITS', 'OPERATIONS'];

function writesLasting({ Redirs: redirections = [] }: Part): boolean {
  return redirections.some(({ Word }: Part) => [...partsOf(Word)].some(({ Type, Param }) => Type === 'ParamExp' && LASTING.includes(Param.Value)));
}

/** Commands whose failure has to be the function's, too. */
const mayFail = new Set(EFFECTS);
const isEffect = (statement: Part) => mayFail.has(literal(statement.Cmd?.Args?.[0]) ?? '') || writesLasting(statement) && statement.Cmd?.Type !== 'Block';

/** Effects whose failure nobody would see: with -e off, the next line is run. A function's last statement is its status. */
function unseen(statements: readonly Part[], last: boolean): Part[] {
  return statements.flatMap((statement, at) => {
    const next = statements[at + 1];
    const isLast = last && next === undefined || literal(next?.Cmd?.Args?.[0]) === 'return' && next.Cmd.Args.length === 1;
    const { Cmd: command } = statement;
    switch (command?.Type) {
      case 'BinaryCmd':
        if (command.Op === OR || isLast) return [];
        return command.Op === AND ? unseen([command.Y], false) : [];
      case 'IfClause': {
        const branches = (clause?: Part): Part[] => clause === undefined ? [] : [...unseen(clause.Then, isLast), ...branches(clause.Else)];
        return branches(command);
      }
      case 'CaseClause': return command.Items.flatMap(({ Stmts }: Part) => unseen(Stmts ?? [], isLast));
      case 'ForClause': case 'WhileClause': return unseen(command.Do, false);
      case 'Block': return unseen(command.Stmts, isLast);
      default: return !isLast && isEffect(statement) && !statement.Negated ? [statement] : [];
    }
  });
}

/** The functions that steps call, directly or not. */
function reachable(): ShellFunction[] {
  const seen = new Map<string, (typeof functions)[number][]>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.set(name, functions.filter((each) => each.name === name));
    seen.get(name)!.forEach(({ body }) => commandsOf(body).forEach(([command]) => command && visit(command)));
  };
  functions.filter(({ name }) => name.startsWith('step_')).forEach(({ name }) => visit(name));
  return [...seen.values()].flat();
}

test('in a step, where -e is off, every effect ends in || return 1, or is the last', () => {
  const steps = reachable();
  // A function that says by its status that an effect failed is an effect itself.
  const tells = ({ body }: ShellFunction) => commandsOf(body).some(([command, status]) => command === 'return' && status === '1')
    && commandsOf(body).some(([command]) => mayFail.has(command ?? ''));
  for (let before = -1; before !== mayFail.size;) {
    before = mayFail.size;
    steps.filter((each) => !each.name.startsWith('step_') && tells(each)).forEach(({ name }) => mayFail.add(name));
  }
  const faults = steps.flatMap(({ name, body }) => unseen(body.Cmd.Stmts, true).map(({ Pos }) => `${functions.find((each) => each.name === name && each.body === body)!.file}:${Pos.Line} in ${name}`));
  expect(faults).toEqual([]);
});
