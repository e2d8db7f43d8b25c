import { execFileSync } from 'child_process';
import { Chart, Testing } from 'cdk8s';
import { BreakGlassKit } from '../../src/break-glass/break-glass-kit';
import { BackupsByHand } from '../../src/break-glass/runbook';
import { ContainerImages } from '../../src/cluster/container-images';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { Program } from '../../src/runtime/program';

const version = KubernetesVersion.of('1.34.4');
const prod = EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion: version, controlPlanes: ['cp1', 'cp2', 'cp3'], addresses: { cp2: '10.0.0.12' } });
const onCp1: BackupsByHand = { folder: '/mnt/backup', machines: ['cp1'] };

function kit(cluster = prod, images = ContainerImages.defaults(), backups = onCp1) {
  const chart = new Chart(Testing.app(), 'platform');
  const { env, mounts } = new BreakGlassKit(chart, cluster, images, backups);
  const configMaps = Testing.synth(chart);
  return {
    digest: env.KIT_DIGEST, mounts, ofCluster: configMaps.find(({ data }) => 'cluster.env' in data), program: configMaps.filter(({ data }) => !('cluster.env' in data)),
  };
}

/** What a shell knows after it has read some assignments. */
function variables(assignments: string): Record<string, string> {
  const text = execFileSync('sh', ['-c', `${assignments}\nprintf '%s\\n%s' "$CLUSTER" "\${MEMBERS:-}"`], { encoding: 'utf8', env: {} });
  const [CLUSTER, MEMBERS] = text.split('\n');
  return { CLUSTER, MEMBERS };
}

describe('the files of a kit', () => {
  test('are the restore program\'s, and those of this cluster, each mounted where the snapshot program looks for them', () => {
    const { mounts, ofCluster, program } = kit();
    const names = ({ configMap, projected }: any) => configMap ? [configMap.name] : projected.sources.map((source: any) => source.configMap.name);
    expect(mounts.map(({ path, readOnly, volume }) => [path, readOnly, names(volume._toKube())])).toEqual([
      ['/break-glass/program', true, program.map(({ metadata }) => metadata.name)],
      ['/break-glass/cluster', true, [ofCluster.metadata.name]],
    ]);
    expect(program.flatMap(({ data }) => Object.keys(data))).toHaveLength(Program.BREAK_GLASS.files.length);
    expect(Object.keys(ofCluster.data)).toEqual(['RUNBOOK.md', 'cluster.env']);
  });

  test('have the page that RUNBOOK.md and the programs name, with the sections that they name', () => {
    const { ofCluster, program } = kit();
    const files = Object.assign({}, ...program.map(({ data }) => data));
    expect(ofCluster.data['RUNBOOK.md']).toContain('break-glass.md, beside this page');
    expect(files['break-glass.md']).toMatch(/^## Every machine is lost$/m);
    expect(files['lib-kit.sh']).toContain('see \'Without the kit\' in break-glass.md');
    expect(files['break-glass.md']).toMatch(/^## Without the kit$/m);
  });

  test('are named with their folder by no page, since it is not there', () => {
    const external = EtcdCluster.external({ name: 'billing', endpoints: ['http://10.0.0.1:2379'], etcdVersion: EtcdVersion.of('3.5.21') });
    for (const cluster of [prod, external]) expect(kit(cluster).ofCluster.data['RUNBOOK.md']).not.toContain('docs/');
  });

  test('of the cluster are in an immutable ConfigMap of a few kilobytes whose name carries the digest', () => {
    const { digest, ofCluster } = kit();
    expect(ofCluster.immutable).toBe(true);
    expect(ofCluster.metadata.name).toContain(`-break-glass-${digest}-`);
    expect(JSON.stringify(ofCluster).length).toBeLessThan(8 * 1024);
  });

  test('tell a shell the cluster\'s name and its members', () => {
    expect(variables(kit().ofCluster.data['cluster.env'])).toEqual({ CLUSTER: 'prod', MEMBERS: 'cp1=https://cp1:2379 cp2=https://10.0.0.12:2379 cp3=https://cp3:2379' });
  });

  test('name no members of an external etcd, which only itself knows', () => {
    const billing = EtcdCluster.external({ name: 'billing', endpoints: ['http://10.0.0.1:2379'], etcdVersion: EtcdVersion.of('3.5.21') });
    expect(variables(kit(billing).ofCluster.data['cluster.env'])).toEqual({ CLUSTER: 'billing', MEMBERS: '' });
  });
});

describe('the digest', () => {
  const { digest } = kit();

  test('stays while nothing changes', () => {
    expect(digest).toMatch(/^[0-9a-f]{8}$/);
    expect(kit().digest).toBe(digest);
  });

  test.each<[string, () => { digest: string }]>([
    ['the members', () => kit(EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion: version, controlPlanes: ['cp1', 'cp2', 'cp3'] }))],
    ['where the backups are', () => kit(prod, undefined, { ...onCp1, folder: '/srv/backup' })],
    ['the image that etcd\'s tools come from', () => kit(prod, ContainerImages.of({ etcd: 'registry.k8s.io/etcd:3.6.6-0' }))],
    ['the image that busybox comes from', () => kit(prod, ContainerImages.of({ busybox: 'docker.io/library/busybox:1.37.0-glibc' }))],
    ['the program', () => {
      const restore = jest.spyOn(Program.BREAK_GLASS, 'digest', 'get').mockReturnValue('0a1b2c3d');
      try {
        return kit();
      } finally {
        restore.mockRestore();
      }
    }],
  ])('changes with %s', (_, changed) => {
    expect(changed().digest).not.toBe(digest);
  });
});
