import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Recipe, Tool } from './tool';

let cache: string;
beforeEach(() => { cache = mkdtempSync(join(tmpdir(), 'cdk8s-day2-test-')); });
afterEach(() => rmSync(cache, { recursive: true, force: true }));
beforeEach(() => { jest.spyOn(process.stderr, 'write').mockReturnValue(true); });
afterEach(() => jest.restoreAllMocks());

const hammer = (recipe: Partial<Recipe> = {}) => new Tool({
  name: 'hammer',
  version: '1.2.3',
  programs: ['hammer'],
  how: 'by hand',
  needs: {},
  build: async (folder) => writeFileSync(join(folder, 'hammer'), 'bang'),
  ...recipe,
}, cache);

test('a built tool is found by the path of its program', async () => {
  const tool = hammer();
  expect(tool.cached).toBe(false);
  expect(() => tool.path()).toThrow(/^no hammer at .*: build it by `npm run toolchain`$/);
  await tool.ensure();
  expect(tool.cached).toBe(true);
  expect(existsSync(tool.path('hammer'))).toBe(true);
});

test('a tool is built once, however often it is asked for', async () => {
  const build = jest.fn(async (folder: string) => writeFileSync(join(folder, 'hammer'), 'bang'));
  await hammer({ build }).ensure();
  await hammer({ build }).ensure();
  expect(build).toHaveBeenCalledTimes(1);
});

test('of several that ask at the same time one builds, and all find the tool', async () => {
  let builds = 0;
  const build = async (folder: string) => {
    builds++;
    await new Promise((resolve) => setTimeout(resolve, 100));
    writeFileSync(join(folder, 'hammer'), 'bang');
  };
  const askers = [1, 2, 3, 4].map(() => hammer({ build }));
  await Promise.all(askers.map((tool) => tool.ensure()));
  expect(builds).toBe(1);
  expect(askers.map((tool) => tool.cached)).toEqual([true, true, true, true]);
});

test('another version is another tool', async () => {
  await hammer({ version: '1.2.3' }).ensure();
  expect(hammer({ version: '1.2.4' }).cached).toBe(false);
});

test('a tool is not there until it is complete', async () => {
  const tool: Tool = hammer({
    build: async (folder) => {
      writeFileSync(join(folder, 'hammer'), 'ba');
      expect(tool.cached).toBe(false);
    },
  });
  await tool.ensure();
  expect(tool.cached).toBe(true);
});

test('a failed build leaves nothing, and can be tried again', async () => {
  await expect(hammer({ build: async () => { throw new Error('out of wood'); } }).ensure()).rejects.toThrow('out of wood');
  expect(readdirSync(cache).filter((entry) => !entry.endsWith('.lock'))).toEqual([]);
  await hammer().ensure();
  expect(hammer().cached).toBe(true);
});

test('a build that left out a program is a failed build', async () => {
  await expect(hammer({ programs: ['hammer', 'nail'] }).ensure()).rejects.toThrow('building hammer 1.2.3 left no nail');
  expect(hammer().cached).toBe(false);
});

test('what a killed build left is removed, but no other tool’s draft', async () => {
  mkdirSync(join(`${hammer().folder}.building-dead`, 'half'), { recursive: true });
  const other = `${hammer({ version: '2.0.0' }).folder}.building-alive`;
  mkdirSync(other);
  await hammer().ensure();
  expect(existsSync(`${hammer().folder}.building-dead`)).toBe(false);
  expect(existsSync(other)).toBe(true);
});

test('a command that is missing is named with the way to get it, and nothing is tried', async () => {
  const build = jest.fn();
  const tool = hammer({ needs: { 'no-such-forge': 'buy one at the smith’s' }, build });
  expect(tool.obstacles).toEqual(['no-such-forge is not on the PATH: buy one at the smith’s']);
  await expect(tool.ensure()).rejects.toThrow('hammer 1.2.3 can\'t be built: no-such-forge is not on the PATH: buy one at the smith’s');
  expect(build).not.toHaveBeenCalled();
});
