import { readFileSync } from 'fs';
import { join } from 'path';
import { PROGRAMS } from './library';
import { AND, assignedIn, commandsOf, FILES, literal, localsOf, OR, parse, Part, partsOf, readIn, shellFiles, ShellFunction } from './shell-files';

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

/** The lines on which a text for a person begins and ends: words in double quotes, of which 50 characters are written as they are. */
function linesWithText(text: string): Set<number> {
  const quoted = [...partsOf(parse(text))].filter(({ Type, Pos, End }) => Type === 'DblQuoted' && Pos.Line === End.Line);
  return new Set(quoted.filter(({ Parts: parts = [] }) => {
    const written: string = parts.filter(({ Type }: Part) => Type === 'Lit').map(({ Value }: Part) => Value).join('');
    return written.length >= 50 && written.trim().split(/\s+/).length >= 5;
  }).map(({ Pos }) => Pos.Line));
}

test.each(FILES)('%s: lines have 120 columns, unless a text for a person stands in them, which can be searched for in one piece', (file) => {
  const text = readFileSync(join(PROGRAMS, file), 'utf8');
  const exempt = file.endsWith('.sh') ? linesWithText(text) : new Set();
  expect(text.split('\n').map((line, at) => ({ line, number: at + 1 })).filter(({ line, number }) => line.length > 120 && !exempt.has(number))).toEqual([]);
});

/** Words of the shell itself that change nothing outside of it; `cd` and `exec` are none of them. */
const BUILT_IN = [':', '[', 'break', 'continue', 'echo', 'eval', 'exit', 'export', 'local', 'printf', 'read', 'return', 'set', 'shift', 'trap', 'true', 'umask', 'unset', 'wait'];

/** Programs whose failure is no fault where nobody asks for it: they end what may have ended by itself. */
const MAY_FAIL = ['kill'];

/** What shfmt says for `>`, `>>` and `>|`, and for a pipe. */
const INTO_A_FILE = [54, 55, 60];
const PIPE = 12;

/** Whether a statement writes into a file. */
function writes({ Redirs: redirections = [] }: Part): boolean {
  return redirections.some(({ Op, Word }: Part) => INTO_A_FILE.includes(Op) && literal(Word) !== '/dev/null');
}

/** Functions of ours that can fail: by `return 1`, or as what they do last can. And those that never return. */
const canFail = new Set<string>();
const neverReturns = new Set<string>();

/** Whether nobody would see the failure of this statement, which is neither the last one nor followed by `||`. */
function isEffect(statement: Part): boolean {
  const { Cmd: command } = statement;
  // What runs beside this shell is awaited elsewhere.
  if (statement.Background) return false;
  if (writes(statement)) return true;
  if (command?.Type === 'BinaryCmd' && command.Op === PIPE) return isEffect(command.Y);
  if (command?.Type !== 'CallExpr' || !command.Args) return false;
  const name = literal(command.Args[0]);
  // A command in a variable may be anything.
  if (name === undefined) return true;
  if (name === 'exec' && command.Args.length === 1 || neverReturns.has(name)) return false;
  return homes.has(name) ? canFail.has(name) : !BUILT_IN.includes(name) && !MAY_FAIL.includes(name);
}

const homes = new Set(functions.map(({ name }) => name));

/** The statements of which one is the last that is done. */
function lastOf(statements: readonly Part[]): Part[] {
  return statements.slice(-1).flatMap((statement) => {
    const { Cmd: command } = statement;
    switch (command?.Type) {
      case 'BinaryCmd': return command.Op === AND ? [command.X, command.Y] : [statement];
      case 'IfClause': {
        // Without an `else` it may do nothing, which the statement itself stands for. The `else` has no condition.
        const branches = (clause?: Part): Part[] => {
          if (clause === undefined) return [statement];
          return [...lastOf(clause.Then), ...clause.Cond?.length ? branches(clause.Else) : []];
        };
        return branches(command);
      }
      case 'CaseClause': return [statement, ...command.Items.flatMap(({ Stmts }: Part) => lastOf(Stmts ?? []))];
      case 'Block': return lastOf(command.Stmts);
      default: return [statement];
    }
  });
}

/** Statements whose failure nobody would see: with -e off, the next line is run. A function's last statement is its status. */
function unseen(statements: readonly Part[], last: boolean): Part[] {
  return statements.flatMap((statement, at) => {
    const next = statements[at + 1];
    const [word, status] = (next?.Cmd?.Args ?? []).map(literal);
    // Before `return`, and before an exit that is a failure anyway.
    const isLast = last && next === undefined || word === 'return' && next.Cmd.Args.length === 1 || word === 'exit' && next.Cmd.Args.length === 2 && status !== '0';
    const { Cmd: command } = statement;
    if (statement.Background) return [];
    // Into a file, by all that stands in it.
    if (!isLast && writes(statement) && !statement.Negated) return [statement];
    switch (command?.Type) {
      case 'BinaryCmd':
        if (isLast) return [];
        // Only what stands after it can still fail unseen.
        if (command.Op === OR) return unseen([command.Y], false);
        if (command.Op === AND) return unseen([command.X, command.Y], false);
        return isEffect(statement) ? [statement] : [];
      case 'IfClause': {
        const branches = (clause?: Part): Part[] => clause === undefined ? [] : [...unseen(clause.Then, isLast), ...branches(clause.Else)];
        return branches(command);
      }
      case 'CaseClause': return command.Items.flatMap(({ Stmts }: Part) => unseen(Stmts ?? [], isLast));
      case 'ForClause': case 'WhileClause': return unseen(command.Do, false);
      case 'Block': case 'Subshell': return unseen(command.Stmts, isLast);
      default: return !isLast && isEffect(statement) && !statement.Negated ? [statement] : [];
    }
  });
}

/** The functions that steps call, directly or not. */
function reachable(): (typeof functions)[number][] {
  const seen = new Map<string, (typeof functions)[number][]>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.set(name, functions.filter((each) => each.name === name));
    seen.get(name)!.forEach(({ body }) => commandsOf(body).forEach(([command]) => command && visit(command)));
  };
  functions.filter(({ name }) => name.startsWith('step_')).forEach(({ name }) => visit(name));
  return [...seen.values()].flat();
}

test('in a step, where -e is off, what can fail ends in || return 1, or is the last', () => {
  const steps = reachable();
  const tells = ({ body }: ShellFunction) => commandsOf(body).some(([command, status]) => command === 'return' && status === '1') || lastOf(body.Cmd.Stmts).some(isEffect);
  const ends = ({ body }: ShellFunction) => lastOf(body.Cmd.Stmts).every(({ Cmd }) => [...neverReturns, 'exit', 'exec'].includes(literal(Cmd?.Args?.[0]) ?? ''));
  for (let before = -1; before !== canFail.size + neverReturns.size;) {
    before = canFail.size + neverReturns.size;
    steps.filter(ends).forEach(({ name }) => neverReturns.add(name));
    steps.filter((each) => tells(each)).forEach(({ name }) => canFail.add(name));
  }
  const faults = steps.flatMap(({ file, name, body }) => unseen(body.Cmd.Stmts, true).map(({ Pos }) => `${file}:${Pos.Line} in ${name}`));
  expect(faults).toEqual([]);
});
