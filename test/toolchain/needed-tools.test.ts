import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { neededTools, selectedTestFiles } from './needed-tools';
import { Tool } from './tool';

const tool = (name: string) => new Tool({ name, version: '1', programs: [], how: '', needs: {}, build: async () => undefined }, '/nowhere');
const toolchain = { hammer: tool('hammer'), saw: tool('saw'), plane: tool('plane') };

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-test-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(path: string, text: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return join(folder, path);
}

test('a test file needs the tools that it names', () => {
  const test1 = file('a.test.ts', "describeWithTools('nails', [toolchain.hammer], () => {});");
  expect(neededTools([test1], toolchain)).toEqual([toolchain.hammer]);
});

test('a test file needs what its harness names, through any number of imports', () => {
  file('support/bench.ts', "import { vice } from './vice';\nimport { a } from '../a.test';");
  file('support/vice.ts', 'export const vice = toolchain.plane;');
  const test1 = file('a.test.ts', "import { x } from './support/bench';\nimport fs from 'fs';\ndescribeWithTools('planks', [toolchain.saw], () => {});");
  expect(neededTools([test1], toolchain)).toEqual([toolchain.saw, toolchain.plane]);
});

test('a test that runs no tool needs none, whatever it mentions', () => {
  expect(neededTools([file('a.test.ts', 'expect(toolchain.hammer).toBeDefined();')], toolchain)).toEqual([]);
});

test('test files are selected as jest does: all, or those whose path matches a pattern', () => {
  const a = file('backup/a.test.ts', '');
  const b = file('restore/b.test.ts', '');
  file('restore/support.ts', '');
  expect(selectedTestFiles(folder, []).sort()).toEqual([a, b]);
  expect(selectedTestFiles(folder, ['restore/'])).toEqual([b]);
  expect(selectedTestFiles(folder, ['A\\.test', 'nothing'])).toEqual([a]);
  expect(selectedTestFiles(join(folder, 'absent'), [])).toEqual([]);
});
