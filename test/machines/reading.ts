import { meaningByShell } from './by-shell';
import { meaningOfText } from './meaning';
import { Row, Understood } from './row';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { RunningEtcd } from '../../src/cluster/running-etcd';
import { readManifestText } from '../../src/cluster/static-pod-manifest';
import { Shell } from '../support/pod/pod';

/** What a reader says of a manifest: all that a restore goes by. */
export interface Reading {
  /** The flags below, as the component gets them. */
  readonly told: Record<string, string>;
  /** Where the files of flags are on the host. */
  readonly files: Record<string, string>;
  readonly hostDataDir?: string;
  readonly user: string;
  readonly image?: string;
}

/** Throws where it refuses. */
export type Reader = (text: string, of: Row['of']) => Reading;

/** The flags by which a restore goes. */
const TOLD: Record<Row['of'], string[]> = {
  'etcd': [
    'name', 'listen-client-urls', 'advertise-client-urls', 'listen-peer-urls', 'initial-advertise-peer-urls', 'initial-cluster', 'wal-dir',
    'cert-file', 'key-file', 'trusted-ca-file', 'peer-cert-file', 'peer-key-file', 'peer-trusted-ca-file',
  ],
  'kube-apiserver': [
    'secure-port', 'bind-address', 'advertise-address', 'etcd-servers', 'etcd-servers-overrides', 'etcd-prefix', 'etcd-cafile', 'etcd-certfile',
    'etcd-keyfile', 'client-ca-file', 'service-account-key-file', 'encryption-provider-config',
  ],
};

function readingOf({ settings, hostFiles = {}, hostDataDir, user = '0', image }: Understood, of: Row['of']): Reading {
  return { told: Object.fromEntries(TOLD[of].map((flag) => [flag, settings[flag] ?? ''])), files: hostFiles, hostDataDir, user, image };
}

export const byYaml: Reader = (text, of) => readingOf(meaningOfText(text, of), of);

export function byShell(shell: Shell): Reader {
  return (text, of) => readingOf(meaningByShell(shell, text, of), of);
}

/** What TypeScript says of a manifest of etcd. */
export interface ReadingByTypeScript {
  readonly name: string;
  readonly hostDataDir: string;
  readonly image?: string;
  /** At which other machines reach it, as client and as member; undefined where no member is called as this one. */
  readonly clientUrl?: string;
  readonly peerUrl?: string;
  readonly ca?: string;
}

/** @param given whether a person names a client's certificates: where the server's are not laid out as by kubeadm, they have to. */
export function byTypeScript(manifest: string, given: boolean): ReadingByTypeScript {
  const certificates = given ? EtcdCertificates.fromHostFolder() : undefined;
  const props = { name: 'prod', etcdVersion: EtcdVersion.of('3.5.24'), certificates };
  const cluster = EtcdCluster.fromStaticPodManifest(manifest, props);
  const { flags, hostPath } = readManifestText(manifest);
  const { memberName } = new RunningEtcd(flags, hostPath, props);
  const own = cluster.members.find(({ name }) => name === memberName);
  return {
    name: memberName,
    hostDataDir: cluster.dataFolder,
    image: cluster.image,
    clientUrl: own?.clientUrl,
    peerUrl: own?.peerUrl,
    ca: given ? undefined : cluster.certificates?.files.ca,
  };
}

/** What TypeScript would say, had it read the same. It chooses one of several URLs, so those that it may choose are named. */
export function faultsOf(got: ReadingByTypeScript, { told, files, hostDataDir, image }: Reading): string[] {
  const urls = (flag: string) => told[flag].split(',').map((url) => url.trim());
  const peers = [...urls('initial-advertise-peer-urls'), ...urls('initial-cluster').map((entry) => entry.replace(/^[^=]*=/, ''))];
  const differs = (what: string, is: string | undefined, among: (string | undefined)[]) => among.includes(is) ? [] : [`${what}: ${is} and not ${among.join(' or ')}`];
  return [
    ...differs('name', got.name, [told.name || 'default']),
    ...differs('data folder', got.hostDataDir, [hostDataDir]),
    ...differs('image', got.image, [image]),
    ...differs('URL for clients', got.clientUrl, [undefined, ...urls('advertise-client-urls')]),
    ...differs('URL for members', got.peerUrl, [undefined, ...peers]),
    ...differs('CA', got.ca, [undefined, files['trusted-ca-file']]),
  ];
}
