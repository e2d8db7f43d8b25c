import { mkdtempSync, readFileSync, rmSync } from 'fs';
import assert from 'node:assert/strict';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { parseAllDocuments } from 'yaml';
import { listExamples, synthesize } from '../../../examples/synthesize';
import { ClusterAccess } from '../../lab/cluster-access';
import { Kubernetes, KubernetesObject } from '../../support/e2e/kubernetes';
import { toolchain } from '../../toolchain/toolchain';
import { Scenario } from '../scenario';

/** The library as it stands in src/, not as it was compiled last. */
const fromSource = { TSX_TSCONFIG_PATH: join(__dirname, '..', '..', 'tsconfig.json') };

export const examples: Scenario = {
  group: 1,
  promise: 'the API server takes every manifest of every example, strictly, and a second apply changes nothing',
  run: async ({ cluster, say }) => {
    const outdir = mkdtempSync(join(tmpdir(), 'cdk8s-day2-examples-'));
    await toolchain.prometheusOperator.ensure();
    const definitions = readFileSync(toolchain.prometheusOperator.path('prometheusrules.yaml'), 'utf8');
    try {
      await kubectl(cluster, ['apply', '--server-side', '-f', '-'], definitions);
      await kubectl(cluster, ['wait', '--for=condition=Established', '--timeout=60s', '-f', '-'], definitions);
      for (const example of listExamples()) {
        const files = synthesize(example, join(outdir, example), fromSource).map((file) => join(example, file));
        // A folder is delivered as a whole, so it is judged as a whole.
        for (const folder of new Set(files.map(dirname))) {
          say(folder);
          await judge(cluster, files.filter((file) => dirname(file) === folder).map((file) => readFileSync(join(outdir, file), 'utf8')).join('---\n'));
        }
      }
    } finally {
      rmSync(outdir, { recursive: true, force: true });
      await cluster.kubectl(['delete', '--ignore-not-found', '-f', '-'], { input: definitions });
      await cluster.kubectl(['delete', 'namespace', 'etcd-backups', 'etcd-restore', 'cluster-upgrade', 'node-maintenance', '--ignore-not-found', '--timeout=90s']);
    }
  },
};

/** Without a namespace for all, as the objects of a chart may be in several: what asks whose turn it is reads in kube-system. Has to succeed. */
async function kubectl(cluster: ClusterAccess, args: string[], input: string): Promise<string> {
  const { exitCode, stdout, stderr } = await cluster.kubectl(args, { input });
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

async function judge(cluster: ClusterAccess, manifests: string): Promise<void> {
  const objects: KubernetesObject[] = parseAllDocuments(manifests).map((document) => document.toJS());
  const kubernetes = new Kubernetes(cluster, objects.find(({ metadata }) => metadata.namespace !== undefined)!.metadata.namespace!);
  const isNamespace = ({ kind }: KubernetesObject) => kind === 'Namespace';
  // A dry run finds no namespace that is in the manifests themselves.
  await kubernetes.apply(objects.filter(isNamespace));
  const others = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects.filter((object) => !isNamespace(object)) });
  const apply = (...options: string[]) => kubectl(cluster, ['apply', '--validate=strict', ...options, '-f', '-'], manifests);

  await apply('--dry-run=server');
  assert.equal(lines(await apply()).length, objects.length);
  const generations = () => kubectl(cluster, ['get', '-f', '-', '-o', generationsPath], others);
  const before = await generations();
  assert.deepEqual(lines(await apply()).filter((line) => !line.endsWith(' unchanged')), []);
  assert.equal(await generations(), before);
  // The next example may use the same names.
  await kubectl(cluster, ['delete', '--timeout=60s', '-f', '-'], others);
}

const generationsPath = 'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.generation}{"\\n"}{end}';

function lines(text: string): string[] {
  return text.trim().split('\n');
}
