import { readFileSync } from 'fs';
import { join } from 'path';
import { UnitFiles } from './meaning-of-unit';
import { Refused, Understood } from './row';

/** A systemd unit of etcd, and what is right. */
export interface UnitRow {
  /** In units/, without .service. */
  readonly file: string;
  readonly title: string;
  readonly source: string;
  /** The file on the machine that FILE.env is. */
  readonly environmentFile?: string;
  /** FILE.d-NAME for each, in the order in which systemd reads them. */
  readonly dropIns?: string[];
  /** The program is no binary, and only a look at it tells. */
  readonly isScript?: boolean;
  readonly expect: Understood | Refused;
}

/** The machine that the units are on: what %H, %m and %i stand for. */
export const MACHINE = { '%H': 'node-a', '%m': '0123456789abcdef0123456789abcdef', '%i': 'blue', '%I': 'blue', '%p': 'etcd' };

export const UNIT_FILES = join(__dirname, 'units');

export function namesOfFiles({ file, environmentFile, dropIns = [] }: UnitRow): string[] {
  return [`${file}.service`, ...environmentFile ? [`${file}.env`] : [], ...dropIns.map((name) => `${file}.d-${name}`)];
}

export function filesOfUnit(row: UnitRow): UnitFiles {
  const textOf = (file: string) => readFileSync(join(UNIT_FILES, file), 'utf8');
  return {
    texts: namesOfFiles(row).filter((file) => !file.endsWith('.env')).map(textOf),
    environmentFile: (path) => path === row.environmentFile ? textOf(`${row.file}.env`) : undefined,
    specifiers: MACHINE,
  };
}
