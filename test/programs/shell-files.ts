import { execFileSync } from 'child_process';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { PROGRAMS } from './library';

/** A part of a shell's text, as shfmt's parser has it: https://pkg.go.dev/mvdan.cc/sh/v3/syntax. */
export interface Part {
  readonly Type?: string;
  readonly [member: string]: any;
}

/** What shfmt says for `&&` and `||`. */
export const AND = 10;
export const OR = 11;

/** A function of the programs. */
export interface ShellFunction {
  readonly name: string;
  readonly body: Part;
  readonly line: number;
}

/** A file of shell in programs/. */
export interface ShellFile {
  /** Relative to programs/. */
  readonly name: string;
  readonly text: string;
  readonly functions: readonly ShellFunction[];
  /** What stands outside of functions. */
  readonly rest: readonly Part[];
}

/** All files of programs/, relative to it. */
export const FILES: readonly string[] = readdirSync(PROGRAMS, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(sh|awk)$/.test(file)).sort();

/** The statements of a shell's text. Throws where there is no shfmt. */
export function parse(text: string): Part[] {
  try {
    const options = { input: text, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: process.env } as const;
    return JSON.parse(execFileSync('shfmt', ['-ln', 'posix', '--to-json'], options)).Stmts;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('install shfmt: it reads the programs for these tests (apt-get install shfmt, brew install shfmt)');
  }
}

/** Those of them that are shell. Throws where there is no shfmt. */
export function shellFiles(): ShellFile[] {
  return FILES.filter((file) => file.endsWith('.sh')).map((name) => {
    const text = readFileSync(join(PROGRAMS, name), 'utf8');
    const statements = parse(text);
    const isFunction = (statement: Part) => statement.Cmd?.Type === 'FuncDecl';
    return {
      name,
      text,
      functions: statements.filter(isFunction).map(({ Cmd, Pos }: Part) => ({ name: Cmd.Name.Value, body: Cmd.Body, line: Pos.Line })),
      rest: statements.filter((statement: Part) => !isFunction(statement)),
    };
  });
}

/** The part and all parts in it. */
export function* partsOf(part: unknown): Generator<Part> {
  if (Array.isArray(part)) {
    for (const each of part) yield* partsOf(each);
  } else if (part !== null && typeof part === 'object') {
    yield part as Part;
    for (const member of Object.values(part)) yield* partsOf(member);
  }
}

/** A word that is written as it is, quotes or not; undefined for one that is expanded. */
export function literal(word: Part | undefined): string | undefined {
  const texts = (word?.Parts ?? []).map((part: Part) => {
    if (part.Type === 'Lit' || part.Type === 'SglQuoted') return part.Value;
    return part.Type === 'DblQuoted' && (part.Parts ?? []).every(({ Type }: Part) => Type === 'Lit') ? (part.Parts ?? []).map(({ Value }: Part) => Value).join('') : undefined;
  });
  return texts.length === 0 || texts.includes(undefined) ? undefined : texts.join('');
}

/** The words of every command in a part that are written as they are, with undefined for others. */
export function commandsOf(part: unknown): (string | undefined)[][] {
  return [...partsOf(part)].filter(({ Type, Args }) => Type === 'CallExpr' && Args).map(({ Args }) => Args.map(literal));
}

/** The names that a function gives a value to. */
export function assignedIn(part: unknown): string[] {
  const names: string[] = [];
  for (const each of partsOf(part)) {
    // An assignment before a command is for that command only.
    if (each.Type === 'CallExpr' && !each.Args) names.push(...(each.Assigns ?? []).map(({ Name }: Part) => Name.Value));
    if (each.Type === 'CallExpr' && literal(each.Args?.[0]) === 'read') names.push(...each.Args.slice(1).map(literal).filter((word?: string) => word && !word.startsWith('-')));
    if (each.Type === 'WordIter') names.push(each.Name.Value);
  }
  return [...new Set(names)];
}

/** The names that a function declares as local. */
export function localsOf(part: unknown): string[] {
  return [...partsOf(part)].filter(({ Type, Args }) => Type === 'CallExpr' && literal(Args?.[0]) === 'local')
    .flatMap(({ Args }) => Args.slice(1).map((word: Part) => (word.Parts[0].Value as string).split('=')[0]));
}

/** The names in arithmetic, where they stand without a $. */
function* namesInArithmetic(part: unknown): Generator<string> {
  if (Array.isArray(part)) {
    for (const each of part) yield* namesInArithmetic(each);
  } else if (part !== null && typeof part === 'object' && (part as Part).Type !== 'CmdSubst') {
    const { Type, Value } = part as Part;
    if (Type === 'Lit' && /^[A-Za-z_]\w*$/.test(Value)) yield Value;
    for (const member of Object.values(part)) yield* namesInArithmetic(member);
  }
}

/** The names whose values a function reads. In arithmetic an unset name is 0, in spite of `set -u`. */
export function readIn(part: unknown): string[] {
  const names: string[] = [];
  for (const each of partsOf(part)) {
    if (each.Type === 'ParamExp') names.push(each.Param.Value);
    if (each.Type === 'ArithmExp') names.push(...namesInArithmetic(each.X));
  }
  return [...new Set(names)];
}
