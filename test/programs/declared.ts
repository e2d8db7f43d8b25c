import { readFileSync } from 'fs';
import { join } from 'path';
import { PROGRAMS } from './library';

/** An input as a program declares it, with `-` for what it has not. */
export interface DeclaredInput {
  readonly name: string;
  readonly default: string;
  readonly unit: string;
  /** `--to`, or `--plan=1` where the option has no value of its own. */
  readonly option: string;
}

/** What a program declares in INPUTS. */
export function declared(program: string): DeclaredInput[] {
  const [, text] = /^INPUTS='\n([^']*)'$/m.exec(readFileSync(join(PROGRAMS, program), 'utf8'))!;
  return text.trimEnd().split('\n').filter((line) => !line.startsWith(' ')).map((line) => line.split(/\s+/)).map(([name, fallback, unit, option]) => ({ name, default: fallback, unit, option }));
}
