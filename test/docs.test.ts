import { execFileSync } from 'child_process';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';
import { declared } from './programs/declared';
import { PROGRAMS } from './programs/library';

const ROOT = join(__dirname, '..');
const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)];

/** What the snippets of docs/ take for granted: the imports of the README's quick start, and what it has made. */
const PRELUDE = `
import { App, Chart, Cron, Duration, Size } from 'cdk8s';
import { BackupAlerts, BackupVolume, ClusterUpgrade, ContainerImages, DrainPolicy, EtcdCertificates, EtcdCluster, EtcdSnapshotCronJob, EtcdSnapshotJob, EtcdVersion, Gate, KubeadmCluster,
  KubernetesVersion, MaintenanceWindow, NodeMaintenanceCronJob, NodeMaintenanceJob, NodeUpgradeJob, OsPackages, PackageSource, RebootPolicy,
  RegistryMirror, RetentionPolicy, SnapshotNodes, UpgradeStrategy, Weekday } from 'cdk8s-day2';
declare const app: App; declare const chart: Chart; declare const etcd: EtcdCluster; declare const volume: BackupVolume; declare const prod: KubeadmCluster;
declare const snapshots: EtcdSnapshotCronJob;
`;

/** The same for docs/lab.md, whose reader works in test/. */
const LAB_PRELUDE = `
import { up } from './lab/bring-up';
import { partition } from './lab/faults';
import { collectLogs } from './lab/logs';
import { NodeAccess } from './lab/node-access';
import { topologyNamed } from './lab/topology';
import { runOrThrow } from './toolchain/run';
declare const images: string[]; declare const manifests: string;
`;

const snippets = new Map<string, string>();
for (const page of pages) {
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].forEach(([, code], i) => {
    // A snippet with imports is complete; the others need the prelude. A function keeps their names apart.
    const prelude = page === 'docs/lab.md' ? LAB_PRELUDE : PRELUDE;
    snippets.set(join(ROOT, 'test', `${page.replace(/\W/g, '-')}-${i + 1}.ts`), /^import /m.test(code) ? code : `${prelude}void (async () => {\n${code}});\n`);
  });
}

test('the code in README.md and docs/ compiles', () => {
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(__dirname, 'tsconfig.json'), ts.sys.readFile).config, ts.sys, __dirname);
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, version, ...rest) =>
    snippets.has(file) ? ts.createSourceFile(file, snippets.get(file)!, version) : read(file, version, ...rest);
  const exists = host.fileExists.bind(host);
  host.fileExists = (file) => snippets.has(file) || exists(file);
  const program = ts.createProgram([...snippets.keys()], { ...options, noUnusedLocals: false, noUnusedParameters: false }, host);
  const problems = [...snippets.keys()].flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    .map((problem) => `${problem.file?.fileName.slice(ROOT.length)}: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`);
  expect(problems).toEqual([]);
  expect(snippets.size).toBeGreaterThan(3);
});

test('links between pages lead somewhere', () => {
  const anchors = (text: string) => [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^\w\- ]/g, '').replace(/ /g, '-'));
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, link] of readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path, anchor] = link.split('#');
      const target = path ? join(ROOT, page, '..', path) : join(ROOT, page);
      const fine = ts.sys.fileExists(target) ? !anchor || anchors(readFileSync(target, 'utf8')).includes(anchor) : ts.sys.directoryExists(target) && !anchor;
      if (!fine) broken.push(`${page}: ${link}`);
    }
  }
  expect(broken).toEqual([]);
});

/** The words in backticks in a column of those tables of a page whose head begins with these cells. */
function wordsOf(page: string, head: string, column = 0): string[] {
  const tables = [...readFileSync(join(ROOT, 'docs', page), 'utf8').matchAll(/^\|.*\|\n\|[ |-]+\|\n(?:\|.*\|\n)+/gm)].map(([text]) => text).filter((text) => text.startsWith(head));
  const cells = tables.flatMap((text) => text.trimEnd().split('\n').slice(2)).map((row) => row.split('|')[1 + column]);
  return [...new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word)))].sort();
}

/** The steps of a program, by list. */
function stepsOf(program: string): { readonly [list: string]: string[] } {
  return Object.fromEntries(execFileSync('sh', [join(PROGRAMS, program), 'steps'], { encoding: 'utf8' }).trim().split('\n')
    .map((line) => line.split(': ')).map(([list, steps]) => [list, steps.split(' ')]));
}

test.each<[string, string, string, number, string[]]>([
  ['upgrade.md', '| step | what happens |', 'upgrade-node.sh', 0, ['node', 'worker', 'control-plane']],
  ['maintenance.md', '| step | what happens |', 'maintain-node.sh', 0, ['node', 'reboot']],
  ['restore.md', '| holder | followers |', 'restore.sh', 0, ['holder']],
  ['restore.md', '| holder | followers |', 'restore.sh', 1, ['follower']],
])('docs/%s, %s: the steps of %s, and no other', (page, head, program, column, lists) => {
  const steps = lists.flatMap((list) => stepsOf(program)[list]);
  expect(wordsOf(page, head, column)).toEqual([...new Set(steps)].sort());
});

test.each([['restore.md', 'restore.sh']])('the messages in docs/%s are of steps that %s has', (page, program) => {
  const words = wordsOf(page, '| step | it says |');
  expect(words.length).toBeGreaterThan(10);
  const steps = Object.values(stepsOf(program)).flat();
  expect(words.filter((word) => !steps.includes(word))).toEqual([]);
});

test.each([['upgrade.md', 'upgrade-node.sh'], ['maintenance.md', 'maintain-node.sh']])('docs/%s lists the options of %s', (page, program) => {
  const options = wordsOf(page, '| option | prop |').map((word) => word.split(' ')[0]).filter((word) => word.startsWith('--'));
  expect(options).toEqual(['--abort', '--status', ...declared(program).map(({ option }) => option.split('=')[0]).filter((option) => option !== '-')].sort());
});
