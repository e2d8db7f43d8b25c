/*
 * What a user gets: the package as npm would publish it, in an empty platform repository beside the newest cdk8s, the README's quick start
 * compiled by plain tsc and synthesized by cdk8s-cli.
 */
import * as assert from 'assert';
import { execFileSync } from 'child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { parseAllDocuments } from 'yaml';
import { firstTypeScriptBlock } from './readme';

const ROOT = join(__dirname, '..', '..');

/** The page of docs/ that the break-glass kit has. */
const KIT_PAGE = 'docs/break-glass.md';

/** What `npm pack --json` tells of a tarball. */
interface Tarball {
  readonly filename: string;
  readonly size: number;
  readonly files: { readonly path: string }[];
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-consumer-'));
  try {
    const tarball = pack(folder);
    assertContent(tarball);
    const repository = join(folder, 'platform');
    install(repository, join(folder, tarball.filename));
    step('compile the README\'s quick start');
    run(repository, 'npx', 'tsc');
    step('synthesize it');
    run(repository, 'npx', 'cdk8s', 'synth');
    assertManifests(repository);
    step('done: what a user installs compiles, synthesizes and carries its programs');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pack(folder: string): Tarball {
  step('pack');
  assert.ok(existsSync(join(ROOT, 'lib', 'index.js')), 'lib/index.js is not there: run `npm run compile` first');
  return JSON.parse(run(ROOT, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder))[0];
}

/** Everything that is needed at run time, and nothing else. */
function assertContent({ files, size }: Tarball): void {
  const paths = files.map(({ path }) => path);
  const own = paths.filter((path) => !path.startsWith('node_modules/'));
  for (const needed of ['.jsii', 'LICENSE', 'README.md', 'package.json', 'lib/index.js', 'lib/index.d.ts', KIT_PAGE, ...programs().map((file) => `programs/${file}`)]) {
    assert.ok(paths.includes(needed), `the package lacks ${needed}`);
  }
  const folders = new Set(own.filter((path) => path.includes('/') && path !== KIT_PAGE).map((path) => path.split('/')[0]));
  assert.deepStrictEqual([...folders].sort(), ['lib', 'programs'], `the package has other folders than lib and programs, or more of docs than ${KIT_PAGE}`);
  assert.deepStrictEqual(own.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts')), [], 'the package has sources');
  // Half of it is the yaml library, and source maps that jsii writes into every file.
  assert.ok(size < 768 * 1024, `the package has ${size} bytes, more than 768 KiB: what came into it?`);
  step(`${paths.length} files, ${Math.round(size / 1024)} KiB packed`);
}

function install(repository: string, tarball: string): void {
  step('install into an empty platform repository');
  mkdirSync(repository);
  const write = (file: string, content: string) => writeFileSync(join(repository, file), content);
  write('package.json', JSON.stringify({ name: 'platform', version: '0.0.0', private: true }));
  write('cdk8s.yaml', 'language: typescript\napp: node main.js\n');
  write('tsconfig.json', JSON.stringify({ compilerOptions: { strict: true, target: 'ES2022', module: 'node16' }, files: ['main.ts'] }));
  write('main.ts', firstTypeScriptBlock(join(ROOT, 'README.md')));
  run(repository, 'npm', 'install', '--no-audit', '--no-fund', tarball, 'cdk8s', 'cdk8s-plus-28', 'constructs');
  run(repository, 'npm', 'install', '--no-audit', '--no-fund', '--save-dev', 'cdk8s-cli', 'typescript@~5.9', '@types/node@^20');
}

function assertManifests(repository: string): void {
  const files = readdirSync(join(repository, 'dist')).filter((file) => file.endsWith('.yaml'));
  const objects = files.flatMap((file) => parseAllDocuments(readFileSync(join(repository, 'dist', file), 'utf8')).map((document) => document.toJS()));
  const cronJobs = objects.filter(({ kind }) => kind === 'CronJob');
  assert.strictEqual(cronJobs.length, 1, `one CronJob is expected among ${objects.map(({ kind }) => kind).join(', ')}`);
  const [{ spec }] = cronJobs;
  const pod = spec.jobTemplate.spec.template.spec;
  assert.strictEqual(spec.schedule, '0 */6 * * *', 'the quick start takes a snapshot every six hours');

  // The ConfigMaps carry the package's programs byte for byte: those that the pod runs, and those of the kit.
  const carried = pod.volumes.flatMap(({ name, configMap, projected }: any) => [{ configMap }, ...projected?.sources ?? []]
    .filter((source: any) => source.configMap?.items).map((source: any) => ({ name, configMap: source.configMap })));
  assert.deepStrictEqual([...new Set(carried.map(({ name }: any) => name))].sort(), ['break-glass-program', 'program'],
    'the pod does not mount the program and the kit');
  for (const { configMap } of carried) {
    const program = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMap.name);
    assert.strictEqual(program?.immutable, true, `${configMap.name} is not there, or not immutable`);
    for (const { key, path } of configMap.items) {
      const packed = readFileSync(join(repository, 'node_modules', 'cdk8s-day2', path === 'break-glass.md' ? KIT_PAGE : `programs/${path}`), 'utf8');
      assert.strictEqual(program.data[key], packed, `${path} in the manifest differs from the package's`);
    }
  }
  const own = carried.find(({ name }: any) => name === 'program').configMap;
  assert.ok(own.items.some(({ path }: any) => pod.containers[0].command.includes(`/tmp/program/${path}`)), 'no file of the program is run');
  step(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', '));
}

function programs(): string[] {
  const folder = join(ROOT, 'programs');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(folder, file)).isFile());
}

/** Runs a command to its end; on failure shows what it said. */
function run(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${stdout ?? ''}${stderr ?? error}`);
  }
}

function step(text: string): void {
  console.log(`consumer: ${text}`);
}

main();
