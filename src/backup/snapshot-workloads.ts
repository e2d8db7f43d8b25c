import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { CertificateMounts } from './certificate-mounts';
import { EtcdSnapshotProps } from './etcd-snapshot-props';
import { FingerprintMounts } from './fingerprint-mounts';
import { ResolvedSnapshot, resolveSnapshot } from './resolved-snapshot';
import { RetentionPolicy } from './retention-policy';
import { BreakGlassKit } from '../break-glass/break-glass-kit';
import { Program } from '../runtime/program';
import { ProgramPod, standardLabels } from '../runtime/program-pod';
import { Rights } from '../runtime/rights';
import { BACKUP_PATH } from '../storage/mount-path';

const PKI_PATH = '/pki';

/** One workload that takes snapshots. All workloads run the same program, and differ in the node. */
export interface SnapshotWorkload {
  /** The construct's id, also the suffix of its name. */
  readonly id: string;
  readonly pod: ProgramPod;
  /** How long Kubernetes lets it run. */
  readonly activeDeadline: Duration;
  readonly backoffLimit: number;
}

/** The workloads of snapshots. Those on a schedule and single ones are checked and rendered alike. */
export function snapshotWorkloads(scope: Construct, props: EtcdSnapshotProps, retention: RetentionPolicy): SnapshotWorkload[] {
  const snapshot = resolveSnapshot(props, retention);
  const { activeDeadline, backoffLimit } = snapshot;
  const kit = breakGlassKit(scope, snapshot);
  return snapshot.places.map(({ id, nodes }) => {
    const home = id === 'Resource' ? scope : new Construct(scope, `pod:${id}`);
    return { id, pod: snapshotPod(home, snapshot, nodes, kit), activeDeadline, backoffLimit };
  });
}

/** The kit, the same for all the pods: on a shared volume they share it. */
function breakGlassKit(scope: Construct, snapshot: ResolvedSnapshot): BreakGlassKit | undefined {
  const { cluster, volume, images, places } = snapshot;
  if (!snapshot.breakGlassKit) return undefined;
  const onHost = volume.hostPath !== undefined;
  const machines = onHost ? places.flatMap(({ nodes }) => nodes) : [];
  // Where no file of the host is needed, pods run as nobody.
  const ofPods = !onHost && cluster.certificates?.hostFolder === undefined;
  return new BreakGlassKit(scope, cluster, images, { ...volume._byHand(), machines, ofPods });
}

function snapshotPod(scope: Construct, snapshot: ResolvedSnapshot, nodes: string[], kit?: BreakGlassKit): ProgramPod {
  const { cluster, volume, images } = snapshot;
  const certificates = cluster.certificates && new CertificateMounts(scope, cluster.certificates);
  const fingerprints = new FingerprintMounts(scope, cluster, snapshot.includePki);
  const pki = snapshot.includePki ? kplus.Volume.fromHostPath(scope, 'Pki', 'pki', {
    path: cluster._pkiFolder,
    type: kplus.HostPathVolumeType.DIRECTORY,
  }) : undefined;
  const readsHost = volume.hostPath !== undefined || cluster.certificates?.hostFolder !== undefined || fingerprints.mounts.length > 0;
  return new ProgramPod(scope, {
    parts: [{
      program: Program.ETCD_SNAPSHOT,
      image: images.etcdFor(cluster),
      env: texts({
        CLUSTER: cluster.name,
        BACKUP_ROOT: BACKUP_PATH,
        ENDPOINTS: cluster.endpointsSeenFrom(nodes.length === 1 ? nodes[0] : undefined).join(' '),
        ...certificates?.env,
        SNAPSHOT_TIMEOUT: String(snapshot.timeoutSeconds),
        ROUNDS: String(snapshot.rounds),
        ...snapshot.minimumFreeBytes && { MINIMUM_FREE: String(snapshot.minimumFreeBytes) },
        ...pki && { PKI: PKI_PATH },
        ...fingerprints.env,
        ...kit?.env,
        ...snapshot.retention._environment(),
      }),
      mounts: [
        { volume: volume.volume, path: BACKUP_PATH },
        ...certificates?.mounts ?? [],
        ...pki ? [{ volume: pki, path: PKI_PATH, readOnly: true }] : [],
        ...fingerprints.mounts,
        ...kit?.mounts ?? [],
      ],
      verifiedFiles: kit?.verifiedFiles,
      rights: pki ? Rights.FILES_OF_OTHERS : readsHost ? Rights.FILES_OF_ROOT : Rights.NONE,
      resources: snapshot.resources,
    }],
    images,
    hostNetwork: !cluster.isExternal,
    nodes,
    priorityClassName: snapshot.priorityClassName,
    labels: standardLabels('etcd-snapshot', cluster.name, snapshot.labels),
    annotations: snapshot.annotations,
  });
}

function texts(values: { [name: string]: string }): { [name: string]: kplus.EnvValue } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, kplus.EnvValue.fromValue(value)]));
}
