import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..');
const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)];

/** What the snippets of docs/ take for granted: the imports of the README's quick start, and what it has made. */
const PRELUDE = `
import { App, Chart, Cron, Duration, Size } from 'cdk8s';
import { BackupVolume, ClusterUpgrade, ContainerImages, DrainPolicy, EtcdCertificates, EtcdCluster, EtcdSnapshotCronJob, EtcdSnapshotJob, EtcdVersion, KubeadmCluster,
  KubernetesVersion, MaintenanceWindow, NodeMaintenanceCronJob, NodeMaintenanceJob, NodeUpgradeJob, OsPackages, PackageSource, RebootPolicy,
  RegistryMirror, RetentionPolicy, SnapshotNodes, Weekday } from 'cdk8s-day2';
declare const app: App; declare const chart: Chart; declare const etcd: EtcdCluster; declare const volume: BackupVolume; declare const prod: KubeadmCluster;
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
