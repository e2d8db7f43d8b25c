import { join } from 'path';
import { Cron, Duration, Size } from 'cdk8s';
import * as ts from 'typescript';
import * as day2 from '../src';
import { chart } from './backup/snapshot-fixtures';

/** Props as plain JavaScript may give them: no compiler checks them. */
type Untyped = { [prop: string]: any };

interface Subject {
  /** Props with all that is required, and nothing else. */
  readonly props: Untyped;
  readonly build: (props: any) => unknown;
}

const scope = () => chart('backup');
const kubernetesVersion = day2.KubernetesVersion.of('1.34.4');
const cluster = day2.EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion, controlPlanes: ['cp1', 'cp2', 'cp3'] });
const machines = day2.KubeadmCluster.of({ name: 'prod', kubernetesVersion, controlPlanes: ['cp1'] });
const node = 'cp1';
const nfs = { server: 'nas', path: '/export' };
const volume = () => day2.BackupVolume.fromNfs(scope(), 'nfs', nfs);
const once = { expires: '2026-11-22T00:00:00Z' };
const night = { start: '02:00', duration: Duration.hours(4) };
const commandLine = 'etcd --name=cp1 --data-dir=/var/lib/etcd --advertise-client-urls=http://10.0.0.1:2379';
const MANIFEST = JSON.stringify({
  spec: {
    containers: [{ name: 'etcd', image: 'etcd:3.5.21-0', command: commandLine.split(' '), volumeMounts: [{ name: 'data', mountPath: '/var/lib/etcd' }] }],
    volumes: [{ name: 'data', hostPath: { path: '/var/lib/etcd' } }],
  },
});

/** Everything public that has required props. A new one fails the first test until it stands here. */
const subjects: { [props: string]: Subject } = {
  KubeadmEtcdProps: { props: { name: 'prod', kubernetesVersion, controlPlanes: ['cp1'] }, build: (props) => day2.EtcdCluster.kubeadm(props) },
  KubeadmClusterProps: { props: { name: 'prod', kubernetesVersion, controlPlanes: ['cp1'] }, build: (props) => day2.KubeadmCluster.of(props) },
  KubeadmClusterWithEtcdProps: {
    props: { name: 'prod', kubernetesVersion, controlPlanes: ['cp1', 'cp2', 'cp3'], etcd: cluster }, build: (props) => day2.KubeadmCluster.withEtcd(props),
  },
  StaticPodEtcdProps: {
    props: { name: 'prod' },
    build: (props) => day2.EtcdCluster.fromStaticPodManifest(MANIFEST, props),
  },
  CommandLineEtcdProps: {
    props: { name: 'prod', image: 'registry.k8s.io/etcd:3.5.21-0' }, build: (props) => day2.EtcdCluster.fromCommandLine(commandLine, props),
  },
  ExternalEtcdProps: {
    props: { name: 'prod', endpoints: ['http://10.0.0.1:2379'], etcdVersion: day2.EtcdVersion.of('3.5.21') }, build: (props) => day2.EtcdCluster.external(props),
  },
  EbsBackupVolumeProps: {
    props: { volumeId: 'vol-01234567', zone: 'eu-central-1a', size: Size.gibibytes(20) }, build: (props) => day2.BackupVolume.fromEbsVolume(scope(), 'volume', props),
  },
  EbsStorageClassBackupVolumeProps: { props: { size: Size.gibibytes(20) }, build: (props) => day2.BackupVolume.fromEbsStorageClass(scope(), 'volume', props) },
  NfsBackupVolumeProps: { props: nfs, build: (props) => day2.BackupVolume.fromNfs(scope(), 'volume', props) },
  EtcdSnapshotCronJobProps: {
    props: { cluster, volume: volume(), schedule: Cron.daily() }, build: (props) => new day2.EtcdSnapshotCronJob(scope(), 'snapshots', props),
  },
  EtcdSnapshotJobProps: { props: { cluster, volume: volume() }, build: (props) => new day2.EtcdSnapshotJob(scope(), 'snapshot', props) },
  EtcdRestoreJobProps: {
    props: { ...once, cluster, volume: volume(), restoreId: 'a' }, build: (props) => new day2.EtcdRestoreJob(scope(), 'restore', props),
  },
  ClusterUpgradeProps: {
    props: { cluster: machines, to: kubernetesVersion, expires: once.expires }, build: (props) => new day2.ClusterUpgrade(scope(), 'upgrade', props),
  },
  NodeMaintenanceJobProps: {
    props: { cluster: machines, node, maintenanceId: 'a', expires: once.expires }, build: (props) => new day2.NodeMaintenanceJob(scope(), 'maintenance', props),
  },
  NodeMaintenanceCronJobProps: {
    props: { cluster: machines, window: day2.MaintenanceWindow.daily(night) }, build: (props) => new day2.NodeMaintenanceCronJob(scope(), 'maintenance', props),
  },
  ResourceGateProps: { props: { resource: 'pods', value: '{.status.phase}', expected: ['Running'] }, build: (props) => day2.Gate.resources(props) },
  SurgeUpgradeProps: { props: { replacements: { w1: 'w4' } }, build: (props) => day2.UpgradeStrategy.surge(props) },
  DailyWindowProps: { props: night, build: (props) => day2.MaintenanceWindow.daily(props) },
  WeeklyWindowProps: { props: { ...night, days: [day2.Weekday.SUNDAY] }, build: (props) => day2.MaintenanceWindow.weekly(props) },
  NodeUpgradeJobProps: {
    props: { cluster: machines, node, to: kubernetesVersion, expires: once.expires }, build: (props) => new day2.NodeUpgradeJob(scope(), 'upgrade', props),
  },
  EtcdMemberReplacementJobProps: {
    props: { ...once, cluster, node, replacementId: 'a' }, build: (props) => new day2.EtcdMemberReplacementJob(scope(), 'replacement', props),
  },
};
/** Props that other props extend, and that no function takes itself. */
const BASES = ['NodeMaintenanceProps', 'NodeUpgradeProps', 'EtcdClusterProps', 'KubeadmNodesProps', 'StackedEtcdProps', 'RunningEtcdProps', 'EtcdSnapshotProps', 'ScheduleProps'];

/** The required props of every public props interface, those that it inherits among them. */
function requiredProps(): { [props: string]: string[] } {
  const file = join(__dirname, '..', 'src', 'index.ts');
  const program = ts.createProgram([file], { strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS });
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!);
  const interfaces = exported
    .filter(({ name, declarations = [] }) => declarations.some(ts.isInterfaceDeclaration) && name.endsWith('Props') && !BASES.includes(name));
  return Object.fromEntries(interfaces
    .map((symbol): [string, string[]] => [symbol.name, checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
      .filter(({ valueDeclaration }) => !(valueDeclaration as ts.PropertySignature).questionToken).map(({ name }) => name).sort()])
    .filter(([, props]) => props.length > 0));
}

test('every public construct and factory with required props is tried below', () => {
  expect(Object.fromEntries(Object.entries(subjects).map(([name, { props }]) => [name, Object.keys(props).sort()]))).toEqual(requiredProps());
});

const required = Object.entries(subjects)
  .flatMap(([of, subject]) => Object.entries(subject.props).map(([prop, value]) => ({ of, prop, value, ...subject })));

test.each(required)('$prop of $of left out, misspelt or null: the error names it', ({ prop, value, props, build }) => {
  const { [prop]: _, ...others } = props;
  for (const wrong of [others, { ...others, [`${prop}s`]: value }, { ...others, [prop]: undefined }]) {
    expect(() => build(wrong)).toThrow(`${prop} must be given, got undefined: set it, or look for a misspelt name`);
  }
  expect(() => build({ ...others, [prop]: null })).toThrow(`${prop} must be given, got null`);
});

test.each(required.filter(({ value }) => typeof value === 'string'))('$prop of $of that is no text: the error says what it is', ({ prop, props, build }) => {
  expect(() => build({ ...props, [prop]: 20261121 })).toThrow(`${prop} must be text, got the number 20261121: put it into quotes`);
  expect(() => build({ ...props, [prop]: ['a'] })).toThrow(`${prop} must be text, got the object ["a"]`);
});

test.each(required.filter(({ value }) => Array.isArray(value)))('$prop of $of that is one text instead of a list: the error says so', ({ prop, value: [one], props, build }) => {
  expect(() => build({ ...props, [prop]: one })).toThrow(`${prop} must be a list, got ${JSON.stringify(one)}: put it into brackets`);
});

test.each(Object.entries(subjects))('%s left out as a whole: the error says what there must be', (_, { build }) => {
  expect(() => build(undefined)).toThrow(/ must be given, got undefined/);
});

test.each<[string, (value: any) => unknown]>([
  ['etcd version', (value) => day2.EtcdVersion.of(value)],
  ['kubernetes version', (value) => day2.KubernetesVersion.of(value)],
  ['manifest', (value) => day2.EtcdCluster.fromStaticPodManifest(value, { name: 'prod' })],
  ['file', (value) => day2.EtcdCluster.fromStaticPodManifestFile(value, { name: 'prod' })],
  ['commandLine', (value) => day2.EtcdCluster.fromCommandLine(value, { name: 'prod', image: 'etcd:3.5.21' })],
  ['mirror', (value) => day2.RegistryMirror.replacingHost(value)],
  ['image', (value) => day2.RegistryMirror.replacingHost('mirror').rewrite(value)],
  ['snapshot', (value) => day2.SnapshotSource.at(value)],
  ['snapshot', (value) => day2.SnapshotSource.before(value)],
  ['snapshot', (value) => day2.SnapshotSource.file(value)],
  ['secret', (value) => day2.EtcdCertificates.fromSecretName(value)],
  ['secret', (value) => day2.EtcdCertificates.fromSecret(value)],
  ['node', (value) => day2.SnapshotNodes.named(value)],
  ['construct', (value) => new day2.BackupAlerts(scope(), 'alerts').watch(value)],
  ['claim', (value) => day2.BackupVolume.fromClaimName(scope(), 'volume', value)],
  ['claim', (value) => day2.BackupVolume.fromPersistentVolumeClaim(scope(), 'volume', value)],
])('a required argument left out is named: %s', (name, call) => {
  expect(() => call(undefined)).toThrow(`${name} must be given, got undefined`);
});

test('an optional text that is none is named as well', () => {
  expect(() => day2.BackupVolume.fromHostPath(scope(), 'v', { path: 5 as any })).toThrow('path must be text, got the number 5');
  expect(() => day2.EtcdCertificates.fromHostFolder('/etc/etcd', { ca: 5 as any })).toThrow('certificate file ca must be text, got the number 5');
  expect(() => day2.EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion, controlPlanes: [undefined as any] })).toThrow('controlPlanes must be given');
  expect(() => day2.EtcdCluster.external({ ...subjects.ExternalEtcdProps.props, endpoints: [null] } as any)).toThrow('endpoints must be given, got null');
});
