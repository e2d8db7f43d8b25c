import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { meaningOfUnit } from './meaning-of-unit';
import { isRefused } from './row';
import { UNITS } from './rows/units';
import { MACHINE, UnitRow } from './unit-row';

const FOLDER = join(__dirname, 'units');
const textOf = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const filesOf = ({ file, environmentFile, dropIns = [] }: UnitRow) =>
  [`${file}.service`, ...environmentFile ? [`${file}.env`] : [], ...dropIns.map((name) => `${file}.d-${name}`)];

function read(row: UnitRow) {
  return meaningOfUnit({
    texts: filesOf(row).filter((file) => !file.endsWith('.env')).map(textOf),
    environmentFile: (path) => path === row.environmentFile ? textOf(`${row.file}.env`) : undefined,
    specifiers: MACHINE,
  });
}

test('every file has its row, and every row its files', () => {
  const files = readdirSync(FOLDER).filter((file) => !file.startsWith('.'));
  expect(UNITS.flatMap(filesOf).sort()).toEqual(files.sort());
});

test.each(UNITS.map((row) => [row.file, row] as const))('%s says, by the rules of systemd, what the table says', (_, row) => {
  if (isRefused(row.expect)) {
    // No unit says that its program is a script.
    if (!row.isScript) expect(() => read(row)).toThrow();
    return;
  }
  const got = read(row);
  const { settings, hostDataDir, user } = row.expect;
  expect(Object.fromEntries(Object.keys(settings).map((flag) => [flag, got.settings[flag] ?? '']))).toEqual(settings);
  expect({ hostDataDir: got.hostDataDir, user: got.user }).toEqual({ hostDataDir, user });
});
