import * as fs from 'fs';
import * as path from 'path';
import { parseAllDocuments } from 'yaml';
import { etcdArguments, unwrapShell } from './etcd-command-line';
import { EtcdFlags } from './etcd-flags';

/** What a static pod manifest of etcd says. */
export interface StaticPodManifest {
  readonly flags: EtcdFlags;
  readonly image?: string;
  /** The path on the host of what the container sees at a path, or undefined when it isn't on the host. */
  hostPath(containerPath: string): string | undefined;
}

/* The parts of a pod that are read here. What the kubelet doesn't insist on may be missing. */
interface Variable { readonly name: string; readonly value?: unknown }
interface Mount { readonly name: string; readonly mountPath: string; readonly subPath?: string }
interface Volume { readonly name: string; readonly hostPath?: { readonly path: string } }
interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly command?: unknown[];
  readonly args?: unknown[];
  readonly env?: Variable[];
  readonly volumeMounts?: Mount[];
}
interface Pod { readonly spec?: { readonly containers?: Container[]; readonly volumes?: Volume[] } }

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

/** By the rules of YAML 1.1, as Kubernetes reads manifests. */
function parseYaml(source: string, text: string): Pod[] {
  const documents = parseAllDocuments(text, { version: '1.1' });
  return [...documents].map((document) => {
    if (document.errors.length > 0) {
      throw new Error(`${source} must be YAML, got text that is none: ${document.errors[0].message.split('\n')[0]}`);
    }
    return document.toJSON();
  }).filter(isMapping);
}

function isMapping(value: unknown): value is Pod {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsePods(source: string, text: string): StaticPodManifest {
  for (const pod of parseYaml(source, text)) {
    const containers = pod.spec?.containers ?? [];
    const container = containers.find(({ name }) => name === 'etcd') ?? containers.find(candidate => commandOf(candidate).some(etcdArguments));
    if (container) {
      const commands = commandOf(container);
      // An image whose entry point is etcd needs no command: then the arguments are all there is.
      const args = commands.map(etcdArguments).find(found => found !== undefined) ?? commands.flat();
      return {
        flags: new EtcdFlags(source, args, environmentOf(container)),
        image: container.image,
        hostPath: containerPath => hostPath(container.volumeMounts ?? [], pod.spec?.volumes ?? [], containerPath),
      };
    }
  }
  throw new Error(`${source} must be the static pod manifest of etcd, /etc/kubernetes/manifests/etcd.yaml on a control plane: `
    + 'no container in it is named etcd or runs etcd');
}

function commandOf(container: Container): string[][] {
  const environment = environmentOf(container);
  const words = [...container.command ?? [], ...container.args ?? []].map(String);
  return unwrapShell(words).map(command => command.map(word => expand(word, environment)));
}

/** A variable without a literal value stands for itself, so that whoever needs it learns its name. */
function environmentOf(container: Container): Map<string, string> {
  return new Map((container.env ?? []).map(({ name, value }) => [name, String(value ?? `$(${name})`)]));
}

/** Kubernetes replaces `$(NAME)` in commands, and a shell `$NAME` and `${NAME}`. */
function expand(text: string, environment: Map<string, string>): string {
  return text.replace(/\$(?:\((\w+)\)|\{(\w+)\}|([A-Za-z_]\w*))/g, (whole, ...names: string[]) =>
    environment.get(names[0] ?? names[1] ?? names[2]) ?? whole);
}

function hostPath(mounts: Mount[], volumes: Volume[], containerPath: string): string | undefined {
  const within = (mount: Mount) => !path.posix.relative(mount.mountPath, containerPath).startsWith('..');
  const [mount] = mounts.filter(within).sort((a, b) => b.mountPath.length - a.mountPath.length);
  const onHost = mount && volumes.find(({ name }) => name === mount.name)?.hostPath?.path;
  return onHost && path.posix.join(onHost, mount.subPath ?? '', path.posix.relative(mount.mountPath, containerPath));
}
