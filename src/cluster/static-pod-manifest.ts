import * as fs from 'fs';
import * as path from 'path';
import { Document, parseAllDocuments } from 'yaml';
import { EtcdContainer, flagsOf, runsEtcd } from './etcd-container';
import { EtcdFlags } from './etcd-flags';
import { restoreObstacle } from './restore-obstacle';

/** What a static pod manifest of etcd says. */
export interface StaticPodManifest {
  readonly flags: EtcdFlags;
  readonly image?: string;
  /** Why a restore would refuse this etcd, if it would. */
  readonly restoreObstacle?: string;
  /** The path on the host for a path in the container, or undefined when it isn't on the host. */
  hostPath(containerPath: string): string | undefined;
}

/* The parts of a pod that are read here. A part may be missing if the kubelet doesn't require it. */
interface Mount { readonly name: string; readonly mountPath: string; readonly subPath?: string; readonly subPathExpr?: string }
interface Volume { readonly name: string; readonly hostPath?: { readonly path: string } }
interface Container extends EtcdContainer {
  readonly name?: string;
  readonly image?: string;
  readonly volumeMounts?: Mount[];
}
interface Spec { readonly hostNetwork?: unknown; readonly containers?: Container[]; readonly volumes?: Volume[] }
interface Pod { readonly kind?: string; readonly spec?: Spec }
interface Parsed { readonly pod: Pod; readonly document: Document }

/** Reads a static pod manifest from a file. */
export function readManifestFile(file: string): StaticPodManifest {
  if (!fs.existsSync(file)) {
    throw new Error(`file must be the path of a static pod manifest, got ${JSON.stringify(file)}, which does not exist`);
  }
  return parsePods(file, fs.readFileSync(file, 'utf8'));
}

/** Reads a static pod manifest from its text. */
export function readManifestText(text: string): StaticPodManifest {
  return parsePods('manifest', text);
}

/** The documents of a manifest, by the rules of YAML 1.1, as Kubernetes reads manifests. */
function parseYaml(source: string, text: string): Parsed[] {
  const odd = /\r(?!\n)|[\u0085\u2028\u2029]/.exec(text);
  if (odd) {
    throw new Error(`${source} has the character ${JSON.stringify(odd[0])} in line ${text.slice(0, odd.index).split('\n').length}, where the kubelet begins a new line and others `
      + 'do not: take it out');
  }
  // The library counts a byte order mark as a column of the first line; the kubelet doesn't.
  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), { version: '1.1' });
  return [...documents].map((document) => {
    if (document.errors.length > 0) {
      throw new Error(`${source} must be YAML, got text that is not: ${document.errors[0].message.split('\n')[0]}`);
    }
    return { pod: document.toJS(), document };
  }).filter(({ pod }) => isMapping(pod));
}

function isMapping(value: unknown): value is Pod {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsePods(source: string, text: string): StaticPodManifest {
  const pods = parseYaml(source, text).filter(({ pod: { kind, spec } }) => kind === 'Pod' || Array.isArray(spec?.containers));
  if (pods.length > 1) {
    throw new Error(`${source} must hold one pod, got ${pods.length}: the kubelet reads one of a file, so leave the others out`);
  }
  const containers = pods.flatMap(({ pod: { spec } }) => spec?.containers ?? []);
  const ofEtcd = containers.filter(container => container.name === 'etcd' || runsEtcd(container));
  if (ofEtcd.length > 1) {
    throw new Error(`${source} must have one container that runs etcd, got ${ofEtcd.map(({ name = 'one without a name' }) => name).join(', ')}: `
      + 'leave out those that don\'t belong to the cluster');
  }
  if (ofEtcd.length === 0) {
    throw new Error(`${source} must be the static pod manifest of etcd, /etc/kubernetes/manifests/etcd.yaml on a control plane: `
      + 'no container in it is named etcd or runs etcd');
  }
  const [container] = ofEtcd;
  const [{ pod: { spec }, document }] = pods;
  const pathless = (container.volumeMounts ?? []).find(({ mountPath }) => typeof mountPath !== 'string' || mountPath === '');
  if (pathless) {
    throw new Error(`${source} has the volumeMount ${pathless.name} without mountPath in etcd's container: write its path, as Kubernetes refuses it`);
  }
  const places = (container.volumeMounts ?? []).map(({ mountPath }) => path.posix.join(mountPath, '/'));
  const twice = places.find((place, i) => places.indexOf(place) < i);
  if (twice !== undefined) {
    throw new Error(`${source} has two volumes mounted at ${twice.replace(/(?<=.)\/$/, '')} in etcd's container: leave out the one that isn't etcd's`);
  }
  const flags = flagsOf(source, container);
  const at = ['spec', 'containers', containers.indexOf(container)];
  const [program] = [container.command].flat();
  return {
    flags,
    image: container.image,
    hostPath: containerPath => hostPath(container.volumeMounts ?? [], spec?.volumes ?? [], containerPath),
    restoreObstacle: flags.value('data-dir') === undefined ? undefined : restoreObstacle({
      flags,
      program: program === undefined ? undefined : String(program),
      lists: ['command', 'args'].map(list => document.getIn([...at, list], true)),
      variables: [container.env ?? []].flat().map((variable: any) => String(variable?.name)),
      mountPaths: (container.volumeMounts ?? []).map(({ mountPath }) => mountPath),
      hostNetwork: spec?.hostNetwork === true,
      document,
    }),
  };
}

function hostPath(mounts: Mount[], volumes: Volume[], containerPath: string): string | undefined {
  const within = (mount: Mount) => !path.posix.relative(mount.mountPath, containerPath).startsWith('..');
  const [mount] = mounts.filter(within).sort((a, b) => b.mountPath.length - a.mountPath.length);
  const onHost = mount && volumes.find(({ name }) => name === mount.name)?.hostPath?.path;
  const isKnown = onHost && path.posix.isAbsolute(onHost) && !onHost.split('/').includes('..') && path.posix.isAbsolute(containerPath) && mount.subPathExpr === undefined;
  if (!isKnown) return undefined;
  const joined = path.posix.join(onHost, mount.subPath ?? '', path.posix.relative(mount.mountPath, containerPath));
  return joined === '/' ? joined : joined.replace(/\/$/, '');
}
