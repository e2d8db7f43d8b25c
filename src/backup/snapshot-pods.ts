import { createHash } from 'crypto';
import { Duration, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EtcdSnapshotProps } from './etcd-snapshot-props';
import { CertificateMounts, FingerprintMounts } from './mounted-files';
import { RetentionPolicy } from './retention-policy';
import { BreakGlassKit } from '../break-glass/break-glass-kit';
import { ContainerImages } from '../cluster/container-images';
import { EtcdCluster } from '../cluster/etcd-cluster';
import { requireSeconds } from '../require/duration';
import { requireDnsSubdomain } from '../require/names';
import { requireWholeNumber } from '../require/number';
import { Program } from '../runtime/program';
import { ProgramPod, standardLabels } from '../runtime/program-pod';
import { BackupVolume } from '../storage/backup-volume';
import { requireApartFromData } from '../storage/host-folder';

const BACKUP_PATH = '/backup';
const PKI_PATH = '/pki';

/** One workload that takes snapshots: all of them run the same program, and differ in the node. */
export interface SnapshotWorkload {
  /** The construct's id, also the suffix of its name. */
  readonly id: string;
  readonly pod: ProgramPod;
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
  /** Seconds after which Kubernetes ends it. */
  readonly deadline: Duration;
  readonly backoffLimit: number;
}

/** What is refused and rendered alike for snapshots on a schedule and for single ones. */
export function snapshotWorkloads(scope: Construct, props: EtcdSnapshotProps, retention: RetentionPolicy): SnapshotWorkload[] {
  const cluster = props.cluster.etcd;
  const timeout = props.snapshotTimeout ?? Duration.minutes(10);
  const timeoutSeconds = requireSeconds('snapshotTimeout', timeout);
  const deadline = props.deadline ?? Duration.seconds(Math.max(3600, 2 * timeoutSeconds));
  if (requireSeconds('deadline', deadline) <= timeoutSeconds) {
    throw new Error(`deadline must be longer than snapshotTimeout (${timeoutSeconds} s), got ${deadline.toSeconds()} s: a save that takes its time would be killed`);
  }
  requireWholeNumber('backoffLimit', props.backoffLimit ?? 2, 0);
  requireWholeNumber('rounds', props.rounds ?? 3, 1);
  if (props.includePki && cluster.isExternal) {
    throw new Error(`includePki must be left out for the external etcd cluster ${cluster.name}: its pods see no control plane's files`);
  }
  requireApartFromData(props.volume.hostPath, cluster);
  const annotations = { 'cdk8s-day2/retention': retention.description, ...props.annotations };
  const places = placements(props);
  const kit = breakGlassKit(scope, props, places);
  return places.map(({ id, nodes }) => {
    const home = id === 'Resource' ? scope : new Construct(scope, `pod:${id}`);
    const labels = standardLabels('etcd-snapshot', cluster.name, props.labels);
    const pod = snapshotPod(home, props, retention, nodes, labels, annotations, kit);
    return { id, pod, labels, annotations, deadline, backoffLimit: props.backoffLimit ?? 2 };
  });
}

interface Placement {
  readonly id: string;
  readonly nodes: string[];
}

/** Where the pods run: together in one place, or one on every control plane. */
function placements(props: EtcdSnapshotProps): Placement[] {
  const { cluster: { etcd: cluster }, volume, node, everyMember } = props;
  const planes = cluster.controlPlanes;
  if (node) {
    requireDnsSubdomain('node', node.name);
  }
  if (everyMember && node) {
    throw new Error(`everyMember and node exclude each other, got node ${node.name}: leave one of them out`);
  }
  if (everyMember && cluster.isExternal) {
    throw new Error(`everyMember must be left out for the external etcd cluster ${cluster.name}: its members are on none of the cluster's nodes`);
  }
  if (everyMember && volume.singleNode && planes.length > 1) {
    throw new Error(`everyMember needs a volume that ${planes.length} nodes can have at the same time, got one that is for a single node: `
      + 'use BackupVolume.fromHostPath or fromNfs, choose a node, or say singleNode: false of a claim that is ReadWriteMany');
  }
  if (volume.hostPath !== undefined && !node && !everyMember && planes.length !== 1) {
    throw new Error(`volume is the folder ${volume.hostPath} of whatever node the pod comes to, so backups of ${cluster.name} would scatter over `
      + `${cluster.isExternal ? 'all nodes' : planes.join(', ')}: set node, as node: kplus.Node.named('${planes[0] ?? 'worker-1'}')`
      + `${cluster.isExternal ? ', or use another volume' : ', or set everyMember: true to keep a backup on each'}`);
  }
  if (node && !cluster.isExternal && !planes.includes(node.name)) {
    throw new Error(`node must be one of the control planes of ${cluster.name} (${planes.join(', ')}), got ${node.name}: etcd's certificates are there only`);
  }
  const nodes = attachable(cluster, volume).filter((name) => !node || name === node.name);
  if (node && !cluster.isExternal && nodes.length === 0) {
    throw new Error(`volume is in zone ${volume.zone} and can't be attached to node ${node.name} in another zone: `
      + `choose one of ${attachable(cluster, volume).join(', ')}, or a volume in that node's zone`);
  }
  if (cluster.isExternal && cluster.certificates?.hostFolder !== undefined && !node) {
    throw new Error(`node must be set for the external etcd cluster ${cluster.name}: its certificates are files in ${cluster.certificates.hostFolder} `
      + 'of a node, or use EtcdCertificates.fromSecret, for pods on any node');
  }
  if (everyMember) {
    return planes.map((name) => ({ id: idOf(name, planes), nodes: [name] }));
  }
  return [{ id: 'Resource', nodes: cluster.isExternal && node ? [node.name] : nodes }];
}

/** Names of objects are made of the id; a dot in one is cut badly, and surprising in the host names of pods. */
function idOf(node: string, nodes: string[]): string {
  const id = node.replaceAll('.', '-');
  const isTaken = nodes.some((other) => other !== node && other.replaceAll('.', '-') === id);
  return isTaken && id !== node ? `${id}-${createHash('sha256').update(node).digest('hex').slice(0, 8)}` : id;
}

/** The control planes on which the volume can be attached, as far as zones are known. */
function attachable(cluster: EtcdCluster, volume: BackupVolume): string[] {
  const candidates = cluster.members.filter(({ zone }) => volume.zone === undefined || zone === undefined || zone === volume.zone);
  if (candidates.length === 0 && !cluster.isExternal) {
    throw new Error(`volume is in zone ${volume.zone}, where none of the control planes of ${cluster.name} is `
      + `(${cluster.members.map(({ name, zone }) => `${name} in ${zone}`).join(', ')}): use a volume in one of their zones`);
  }
  return candidates.map(({ name }) => name);
}

/** The same for all the pods: with a volume that they share, they share the kit. */
function breakGlassKit(scope: Construct, props: EtcdSnapshotProps, places: Placement[]): BreakGlassKit | undefined {
  const onHost = props.volume.hostPath !== undefined;
  if (!(props.breakGlassKit ?? onHost)) return undefined;
  const machines = onHost ? places.flatMap(({ nodes }) => nodes) : [];
  // Where no file of the host is needed, pods run as nobody.
  const ofPods = !onHost && props.cluster.etcd.certificates?.hostFolder === undefined;
  return new BreakGlassKit(scope, props.cluster.etcd, props.images ?? ContainerImages.defaults(), { ...props.volume._byHand(), machines, ofPods });
}

function snapshotPod(scope: Construct, props: EtcdSnapshotProps, retention: RetentionPolicy, nodes: string[],
  labels: { [key: string]: string }, annotations: { [key: string]: string }, kit?: BreakGlassKit): ProgramPod {
  const { cluster: { etcd: cluster }, volume } = props;
  const images = props.images ?? ContainerImages.defaults();
  const certificates = cluster.certificates && new CertificateMounts(scope, cluster.certificates);
  const fingerprints = new FingerprintMounts(scope, cluster, props.includePki ?? false);
  const pki = props.includePki ? kplus.Volume.fromHostPath(scope, 'Pki', 'pki', {
    path: cluster._pkiFolder,
    type: kplus.HostPathVolumeType.DIRECTORY,
  }) : undefined;
  return new ProgramPod(scope, {
    program: Program.ETCD_SNAPSHOT,
    image: images.etcdFor(cluster),
    images,
    env: texts({
      CLUSTER: cluster.name,
      BACKUP_ROOT: BACKUP_PATH,
      ENDPOINTS: cluster.endpointsSeenFrom(nodes.length === 1 ? nodes[0] : undefined).join(' '),
      ...certificates?.env,
      SNAPSHOT_TIMEOUT: String((props.snapshotTimeout ?? Duration.minutes(10)).toSeconds()),
      ROUNDS: String(props.rounds ?? 3),
      ...props.minimumFreeSpace && { MINIMUM_FREE: String(minimumFree(props.minimumFreeSpace)) },
      ...pki && { PKI: PKI_PATH },
      ...fingerprints.env,
      ...kit?.env,
      ...retention._environment(),
    }),
    mounts: [
      { volume: volume.volume, path: BACKUP_PATH },
      ...certificates?.mounts ?? [],
      ...pki ? [{ volume: pki, path: PKI_PATH, readOnly: true }] : [],
      ...fingerprints.mounts,
      ...kit?.mounts ?? [],
    ],
    verifiedFiles: kit?.verifiedFiles,
    hostFiles: volume.hostPath !== undefined || cluster.certificates?.hostFolder !== undefined || pki !== undefined || fingerprints.mounts.length > 0,
    readsOthersFiles: pki !== undefined,
    hostNetwork: !cluster.isExternal,
    nodes,
    resources: props.resources ?? {
      cpu: { request: kplus.Cpu.millis(50) },
      memory: { request: Size.mebibytes(64), limit: Size.mebibytes(512) },
    },
    priorityClassName: props.priorityClassName,
    labels,
    annotations,
  });
}

function minimumFree(size: Size): number {
  const bytes = Math.ceil(size.toKibibytes({ rounding: 2 }) * 1024);
  if (bytes < 1024) {
    throw new Error(`minimumFreeSpace must be at least 1 KiB, got ${bytes} bytes: leave it out for twice the size of the database`);
  }
  return bytes;
}

function texts(values: { [name: string]: string }): { [name: string]: kplus.EnvValue } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, kplus.EnvValue.fromValue(value)]));
}
