import { readdirSync, readFileSync } from 'fs';
import { dirname, join, relative, resolve } from 'path';

const SRC = join(__dirname, '..', 'src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort();

/** What a file imports of ours, relative to src/. */
function imports(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/from '(\.[^']*)'/g)].map(([, path]) => relative(SRC, resolve(dirname(join(SRC, file)), path)) + '.ts');
}

const folder = (file: string) => file.split('/')[0];

/** What each of the upper folders may use. */
const COMMON = ['cluster', 'require', 'storage'];

/** Which folders a folder's files may use, besides their own. */
const MAY_USE: { [folder: string]: string[] } = {
  'require': [],
  'cluster': ['require'],
  'storage': ['cluster', 'require', 'runtime'],
  'runtime': ['cluster', 'require'],
  'break-glass': [...COMMON, 'runtime'],
  'backup': [...COMMON, 'break-glass', 'runtime'],
  'restore': [...COMMON, 'runtime'],
  'upgrade': [...COMMON, 'backup', 'runtime'],
  'alerts': ['backup', 'require'],
};

test('every folder of src/ has its place', () => {
  expect([...new Set(files.filter((file) => file.includes('/')).map(folder))].filter((name) => !(name in MAY_USE))).toEqual([]);
});

test.each(files.filter((file) => file.includes('/')))('%s imports files, in the direction of the house', (file) => {
  for (const imported of imports(file)) {
    expect(files).toContain(imported);
    expect(imported).not.toMatch(/index\.ts$/);
    expect([folder(file), ...MAY_USE[folder(file)]]).toContain(folder(imported));
  }
});

test('files are in no circle', () => {
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) throw new Error(`a circle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
    if (done.has(file)) return;
    imports(file).forEach((imported) => visit(imported, [...path, file]));
    done.add(file);
  };
  files.forEach((file) => visit(file, []));
});

test.each(imports('index.ts'))('%s, whose names are public, has no function and no constant that would be public with them', (file) => {
  expect(readFileSync(join(SRC, file), 'utf8')).not.toMatch(/^export (async |abstract )?(function|const|let)/m);
});

test('index.ts only hands names on', () => {
  const lines = readFileSync(join(SRC, 'index.ts'), 'utf8').trim().split('\n');
  expect(lines.filter((line) => !/^export \* from '\.\/[a-z-]+\/[a-z-]+';$/.test(line))).toEqual([]);
});
