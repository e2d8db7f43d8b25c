import { readdirSync } from 'fs';
import { meaningOfUnit } from './meaning-of-unit';
import { isRefused } from './row';
import { UNITS } from './rows/units';
import { filesOfUnit, namesOfFiles, UNIT_FILES } from './unit-row';

test('every file has its row, and every row its files', () => {
  const files = readdirSync(UNIT_FILES).filter((file) => !file.startsWith('.'));
  expect(UNITS.flatMap(namesOfFiles).sort()).toEqual(files.sort());
});

test.each(UNITS.map((row) => [row.file, row] as const))('%s says, by the rules of systemd, what the table says', (_, row) => {
  if (isRefused(row.expect)) {
    // No unit says that its program is a script.
    if (!row.isScript) expect(() => meaningOfUnit(filesOfUnit(row))).toThrow();
    return;
  }
  const got = meaningOfUnit(filesOfUnit(row));
  const { settings, hostDataDir, user } = row.expect;
  expect(Object.fromEntries(Object.keys(settings).map((flag) => [flag, got.settings[flag] ?? '']))).toEqual(settings);
  expect({ hostDataDir: got.hostDataDir, user: got.user }).toEqual({ hostDataDir, user });
});
