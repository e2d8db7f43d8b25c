import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { listExamples, synthesize } from '../../examples/synthesize';
import { ApiServer } from '../support/api-server/api-server';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

// The library as it stands in src/, not as it was compiled last.
const FROM_SOURCE = { TSX_TSCONFIG_PATH: join(__dirname, '..', 'tsconfig.json') };

// A dry run needs the namespace to exist, and the test makes it without `kubectl apply`: kubectl warns of that.
const NAMESPACE_IS_THERE = /^Warning: resource namespaces\/\S+ is missing the kubectl\.kubernetes\.io\/last-applied-configuration annotation/;

const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-examples-'));
const manifestsOf = new Map<string, string>();

beforeAll(() => {
  for (const example of listExamples()) {
    const outdir = join(folder, example);
    for (const file of synthesize(example, outdir, FROM_SOURCE)) {
      manifestsOf.set(join(example, file), readFileSync(join(outdir, file), 'utf8'));
    }
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every example writes manifests, the fleet a folder for each of its clusters', () => {
  const isOfFleet = (file: string) => file.startsWith('fleet/');
  expect([...manifestsOf.keys()].filter((file) => !isOfFleet(file))).toEqual([
    'alerts/etcd-backups.k8s.yaml',
    'cluster-upgrade/upgrade.k8s.yaml',
    'external-etcd/etcd-backups.k8s.yaml',
    'ha-ebs/etcd-backups.k8s.yaml',
    'node-maintenance/patches.k8s.yaml',
    'replace-member/etcd-member-replacement.k8s.yaml',
    'restore/etcd-restore.k8s.yaml',
    'single-control-plane/etcd-backups.k8s.yaml',
  ]);
  const kinds = ['ConfigMap', 'CronJob', 'Namespace', 'PersistentVolume', 'PersistentVolumeClaim'];
  expect([...manifestsOf.keys()].filter(isOfFleet).map((file) => file.replace(/\..*/, '')))
    .toEqual(['berlin-production', 'berlin-staging', 'lisbon-production'].flatMap((cluster) => kinds.map((kind) => `fleet/${cluster}/${kind}`)));
});

test('what is the same for all clusters of the fleet is the same file, byte for byte and by its name', () => {
  const programs = [...manifestsOf].filter(([file]) => file.startsWith('fleet/') && file.includes('ConfigMap.'));
  expect(programs).toHaveLength(3);
  expect(new Set(programs.map(([file]) => basename(file))).size).toBe(1);
  expect(new Set(programs.map(([, text]) => text)).size).toBe(1);
});

for (const tool of [toolchain.kubeApiserver128, toolchain.kubeApiserver137]) {
  describeWithTools(`the examples on ${tool.title}`, [...ApiServer.needs(tool), toolchain.prometheusOperator], () => {
    let server: ApiServer;
    beforeAll(async () => {
      server = await ApiServer.start(tool);
      await server.assertStrict();
      await server.define(toolchain.prometheusOperator.path('prometheusrules.yaml'));
    });
    afterAll(() => server?.destroy());

    test('takes every manifest, and has nothing to warn of', async () => {
      for (const [file, manifests] of manifestsOf) {
        const { exitCode, stderr } = await server.dryRunApply(manifests);
        expect({ file, exitCode, complaints: stderr.split('\n').filter((line) => line !== '' && !NAMESPACE_IS_THERE.test(line)) })
          .toEqual({ file, exitCode: 0, complaints: [] });
      }
    });

    test('would refuse a field that it doesn\'t know, wherever it stands', async () => {
      const misspelt = manifestsOf.get('ha-ebs/etcd-backups.k8s.yaml')!.replace('enableServiceLinks:', 'enableServiceLink:');
      const { exitCode, stderr } = await server.dryRunApply(misspelt);
      expect(exitCode).not.toBe(0);
      expect(stderr).toContain('unknown field "spec.jobTemplate.spec.template.spec.enableServiceLink"');
    });

    describe.each([
      'external-etcd/etcd-backups',
      'single-control-plane/etcd-backups',
      'ha-ebs/etcd-backups',
      'restore/etcd-restore',
      'replace-member/etcd-member-replacement',
    ])('the pods of %s', (chart) => {
      const manifests = () => manifestsOf.get(`${chart}.k8s.yaml`)!;
      const readsNodeFiles = !chart.startsWith('external-etcd/');

      test('is admitted where the namespace enforces privileged', async () => {
        await server.podSecurity('privileged', 'privileged');
        expect(await server.dryRunPods(manifests(), 'privileged')).toMatchObject({ exitCode: 0 });
      });

      test(readsNodeFiles ? 'is refused where it enforces restricted, for its host paths' : 'is admitted where it enforces restricted', async () => {
        await server.podSecurity('restricted', 'restricted');
        const { exitCode, stderr } = await server.dryRunPods(manifests(), 'restricted');
        if (readsNodeFiles) {
          expect(exitCode).not.toBe(0);
          expect(stderr).toContain('violates PodSecurity "restricted:latest"');
          expect(stderr).toContain('hostPath');
        } else {
          expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
        }
      });
    });
  });
}
