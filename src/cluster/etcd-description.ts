import { isIPv6 } from 'net';
import { formatEndpoint, requireHost, requirePort } from './endpoint';
import { EtcdCertificates } from './etcd-certificates';
import { CommandLineEtcdProps, ExternalEtcdProps, KubeadmEtcdProps, RunningEtcdProps, StaticPodEtcdProps } from './etcd-cluster-props';
import { flagsOfCommandLine } from './etcd-command-line';
import { EtcdMember } from './etcd-member';
import { EtcdVersion } from './etcd-version';
import { parsePinnedImage } from './image-reference';
import { KubernetesVersion } from './kubernetes-version';
import { requireApart } from './member-addresses';
import { requireControlPlanes } from './nodes';
import { flagsObstacle } from './restore-obstacle';
import { RunningEtcd } from './running-etcd';
import { StaticPodManifest } from './static-pod-manifest';
import { requireGiven } from '../require/given';
import { requireList } from '../require/list';
import { requireText } from '../require/text';

/** The facts about a cluster's nodes that concern its etcd: the version of Kubernetes, and files of the control planes. */
export interface NodeFacts {
  readonly kubernetesVersion?: KubernetesVersion;
  readonly pkiFolder?: string;
  readonly encryptionConfigFile?: string;
}

/** The result of every way to describe an etcd cluster. */
export interface EtcdDescription extends NodeFacts {
  readonly name: string;
  readonly etcdVersion: EtcdVersion;
  readonly image: string;
  readonly dataFolder: string;
  readonly certificates?: EtcdCertificates;
  readonly endpoints: string[];
  readonly members?: EtcdMember[];
  readonly loopback?: string;
  /** Why a restore would refuse the cluster. */
  readonly restoreObstacle?: string;
  /** What the number of members was read from. */
  readonly source: string;
}

/** An etcd that kubeadm has started: every default is kubeadm's. */
export function describeKubeadm(props: KubeadmEtcdProps): EtcdDescription {
  requireGiven(props, 'name', 'kubernetesVersion', 'controlPlanes');
  const port = props.clientPort ?? 2379;
  const members = kubeadmMembers(props, port);
  const isV6 = Object.values(props.addresses ?? {}).some(isIPv6);
  return {
    name: props.name,
    kubernetesVersion: props.kubernetesVersion,
    etcdVersion: props.etcdVersion ?? (props.image === undefined ? props.kubernetesVersion.etcdVersion : versionOf(props.image)),
    image: props.image ?? props.kubernetesVersion.etcdImage,
    dataFolder: props.dataFolder ?? '/var/lib/etcd',
    certificates: props.certificates ?? EtcdCertificates.fromHostFolder(),
    endpoints: members.map(({ clientUrl }) => clientUrl),
    members,
    loopback: formatEndpoint({ scheme: 'https', host: isV6 ? '::1' : '127.0.0.1', port }),
    source: 'controlPlanes',
  };
}

/** An etcd, read from its static pod manifest. */
export function describePod(pod: StaticPodManifest, props: StaticPodEtcdProps): EtcdDescription {
  requireGiven(props, 'name');
  const image = props.image ?? pod.image;
  if (image === undefined) {
    throw new Error(`${pod.flags.source} has no image for etcd's container: set image`);
  }
  return describeRunning(props, image, new RunningEtcd(pod.flags, containerPath => pod.hostPath(containerPath), props), pod.restoreObstacle);
}

/** An etcd, read from the command line of its process, whose paths are the host's. */
export function describeCommandLine(commandLine: string, props: CommandLineEtcdProps): EtcdDescription {
  requireText('commandLine', commandLine);
  requireGiven(props, 'name', 'image');
  const flags = flagsOfCommandLine(commandLine);
  return describeRunning(props, props.image, new RunningEtcd(flags, hostPath => hostPath, props), flagsObstacle(flags));
}

/** An etcd outside of the cluster. Little more is known of it than how to reach it. */
export function describeExternal(props: ExternalEtcdProps): EtcdDescription {
  requireGiven(props, 'name', 'endpoints', 'etcdVersion');
  requireList('endpoints', props.endpoints);
  return {
    name: props.name,
    etcdVersion: props.etcdVersion,
    image: props.image ?? `quay.io/coreos/etcd:v${props.etcdVersion}`,
    dataFolder: props.dataFolder ?? '/var/lib/etcd',
    certificates: props.certificates,
    endpoints: [...props.endpoints],
    source: 'endpoints',
  };
}

function describeRunning(props: RunningEtcdProps, image: string, etcd: RunningEtcd, restoreObstacle?: string): EtcdDescription {
  return {
    name: props.name,
    etcdVersion: props.etcdVersion ?? versionOf(image),
    image,
    dataFolder: etcd.dataFolder,
    certificates: etcd.certificates,
    members: etcd.members,
    loopback: etcd.loopback,
    pkiFolder: etcd.pkiFolder,
    restoreObstacle,
    endpoints: etcd.members.map(({ clientUrl }) => clientUrl),
    source: props.controlPlanes ? 'controlPlanes' : '--initial-cluster (set controlPlanes if more have joined since)',
  };
}

/** The members that kubeadm starts, one on each control plane. */
function kubeadmMembers(props: KubeadmEtcdProps, clientPort: number): EtcdMember[] {
  requirePort('clientPort', clientPort);
  requireControlPlanes(props.controlPlanes, props);
  const members = props.controlPlanes.map(name => {
    const host = props.addresses?.[name] ?? name;
    requireHost(`address of ${name}`, host);
    return {
      name,
      peerUrl: formatEndpoint({ scheme: 'https', host, port: 2380 }),
      clientUrl: formatEndpoint({ scheme: 'https', host, port: clientPort }),
      zone: props.zones?.[name],
    };
  });
  requireApart(members);
  return members;
}

function versionOf(image: string): EtcdVersion {
  const { tag } = parsePinnedImage('image', image);
  try {
    return EtcdVersion.of(tag ?? '');
  } catch {
    throw new Error(`etcdVersion must be given for the image ${image}, whose tag does not tell it`);
  }
}
