import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import * as ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';

const page = readFileSync(join(__dirname, '..', 'docs', 'fleet.md'), 'utf8');
const block = (language: string) => new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page)![1];

/** What the page's program writes, by folder, run as it stands there. */
function synthesized(): Map<string, any[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-fleet-'));
  const before = process.env.CDK8S_OUTDIR;
  process.env.CDK8S_OUTDIR = folder;
  try {
    const { outputText } = ts.transpileModule(block('ts'), { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
    new Function('require', 'exports', outputText)(require, {});
    const objectsOf = (cluster: string) =>
      parseAllDocuments(readFileSync(join(folder, cluster, 'etcd-backups.k8s.yaml'), 'utf8')).map((document) => document.toJS());
    return new Map(readdirSync(folder).map((cluster) => [cluster, objectsOf(cluster)]));
  } finally {
    if (before === undefined) delete process.env.CDK8S_OUTDIR;
    else process.env.CDK8S_OUTDIR = before;
    rmSync(folder, { recursive: true, force: true });
  }
}

test('each cluster of docs/fleet.md gets the namespace that its objects and its application are in, labelled for its pods', () => {
  const { destination } = parse(block('yaml')).spec.template.spec;
  const clusters = synthesized();
  expect([...clusters.keys()]).toEqual(['berlin-production', 'lisbon-production']);
  for (const objects of clusters.values()) {
    const namespace = objects.find(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata).toMatchObject({ name: destination.namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } });
    const namespaces = objects.filter((object) => object !== namespace).map(({ metadata }) => metadata.namespace);
    expect(new Set(namespaces)).toEqual(new Set([destination.namespace]));
  }
});
