import { posix } from 'path';
import { parseAllDocuments } from 'yaml';
import { flagsOf } from './meaning-of-flags';
import { shellWords } from './meaning-of-shell';
import { Understood } from './row';

/* The parts of a pod that matter here, as the yaml library hands them over. */
type Words = unknown[];
interface Variable { name: string; value?: unknown; valueFrom?: unknown }
interface Mount { name: string; mountPath: string; subPath?: string; subPathExpr?: string }
interface Container {
  name?: string;
  image?: string;
  command?: Words;
  args?: Words;
  env?: Variable[];
  envFrom?: unknown[];
  securityContext?: { runAsUser?: number };
  volumeMounts?: Mount[];
}
interface Volume { name: string; hostPath?: { path: string } }
interface Spec { containers?: Container[]; volumes?: Volume[]; securityContext?: { runAsUser?: number } }

/** Flags whose values are files. */
const FILES = ['trusted-ca-file', 'cert-file', 'key-file', 'etcd-cafile', 'etcd-certfile', 'etcd-keyfile', 'encryption-provider-config'];

/**
 * What a manifest means by the whole of YAML and the rules of Kubernetes and etcd, written for these tests and sharing nothing with src/.
 * Throws where the meaning can't be known, or where the kubelet or etcd would refuse.
 */
export function meaningOfText(text: string, program: 'etcd' | 'kube-apiserver'): Understood {
  const { spec, container } = containerOf(text, program);
  const settings = settingsOf(container, program);
  const onHost = (path: string) => hostPath(container, spec.volumes ?? [], path);
  const user = container.securityContext?.runAsUser ?? spec.securityContext?.runAsUser;
  return {
    settings,
    hostDataDir: program === 'etcd' ? onHost(settings['data-dir'] ?? '') : undefined,
    hostFiles: Object.fromEntries(FILES.flatMap((flag) => filesOnHost(flag, settings[flag], onHost))),
    user: user === undefined ? undefined : String(user),
    image: container.image,
  };
}

/** The process that the kubelet makes of a manifest: its words behind the program's name, and its variables. */
export function processOfText(text: string, program: 'etcd' | 'kube-apiserver'): Process {
  const { container } = containerOf(text, program);
  const variables = variablesOf(container);
  return { words: wordsOf(container, program, variables), variables: Object.fromEntries(variables) };
}

export interface Process {
  readonly words: string[];
  readonly variables: Record<string, string>;
}

function containerOf(text: string, program: string): { spec: Spec; container: Container } {
  const spec = specOf(text, program);
  const candidates = spec.containers!.filter((container) => runs(container, program));
  if (candidates.length !== 1) throw new Error(`${candidates.length} containers run ${program}`);
  const [container] = candidates;
  if (container.envFrom) throw new Error('envFrom');
  return { spec, container };
}

/** A file that is on no folder of the host is left out: whoever needs it will miss it. */
function filesOnHost(flag: string, path: string | undefined, onHost: (path: string) => string): string[][] {
  try {
    return path ? [[flag, onHost(path)]] : [];
  } catch {
    return [];
  }
}

function specOf(text: string, program: string): Spec {
  // The kubelet reads by YAML 1.1, for which these end a line, too. The library takes them for letters.
  if (/\r(?!\n)|[\u0085\u2028\u2029]/.test(text)) throw new Error('a line ends in a character that readers of YAML differ on');
  for (const document of parseAllDocuments(text.replace(/^\uFEFF/, ''), { version: '1.1', merge: true })) {
    if (document.errors.length > 0) throw new Error(document.errors[0].message);
    const spec: Spec | undefined = document.toJSON()?.spec;
    if (spec?.containers?.some((container) => runs(container, program))) return spec;
  }
  throw new Error(`no container runs ${program}`);
}

/** Words that are none are looked at in the container that counts: the pod of another one's is the kubelet's to refuse. */
function runs(container: Container, program: string): boolean {
  const words = commandOf({ command: container.command?.map(String), args: container.args?.map(String) });
  return words.length > 0 && !words[0].startsWith('-') ? programAt(words, program) >= 0 : container.name === program;
}

/** Where the program is among the words: a container starts it, or starts a wrapper that does. */
function programAt(words: string[], program: string): number {
  return words.findIndex((word) => !word.startsWith('-') && !word.includes('=') && posix.basename(word) === program);
}

function commandOf({ command, args }: Container): string[] {
  const words = [...command ?? [], ...args ?? []].map(requireWord);
  return /^(ba|da)?sh$/.test(posix.basename(words[0] ?? '')) ? shellWords(words) : words;
}

function requireWord(word: unknown): string {
  if (typeof word !== 'string') throw new Error(`${JSON.stringify(word)} is no string`);
  return word;
}

function variablesOf(container: Container): Map<string, string> {
  const variables = new Map<string, string>();
  for (const { name, value, valueFrom } of container.env ?? []) {
    // A zero byte stands for a value that only the node knows: every use of it fails.
    variables.set(name, valueFrom ? '\0' : expand(requireWord(value ?? ''), variables));
  }
  return variables;
}

function wordsOf(container: Container, program: string, variables: Map<string, string>): string[] {
  const words = commandOf(container).map((word) => expand(word, variables));
  return words.slice(programAt(words, program) + 1);
}

function settingsOf(container: Container, program: string): Record<string, string> {
  const variables = variablesOf(container);
  const settings: Record<string, string> = {};
  for (const [name, value] of variables) {
    if (program === 'etcd' && name.startsWith('ETCD_') && value !== '') settings[name.slice(5).toLowerCase().replace(/_/g, '-')] = value;
  }
  const given = wordsOf(container, program, variables);
  Object.assign(settings, flagsOf(given));
  if (given.filter((word) => /^--?etcd-servers(=|$)/.test(word)).length > 1) throw new Error('the API server adds up what it is told several times');
  if (settings.name === '') throw new Error('the name is empty');
  if (settings['config-file']) throw new Error('config-file');
  for (const flag of ['name', 'data-dir', 'initial-cluster', 'advertise-client-urls', 'etcd-servers', 'secure-port']) {
    if (/[\0$]/.test(settings[flag] ?? '')) throw new Error(`--${flag} is not known`);
  }
  return settings;
}

/** The names of all members that an etcd is told, its own if it is told no others. */
export function membersIn(settings: Record<string, string>): string[] {
  const names = (settings['initial-cluster'] ?? '').split(',').map((member) => member.trim().split('=')[0]).filter((name) => name !== '');
  return names.length > 0 ? [...new Set(names)] : [settings.name || 'default'];
}

/** By the rules of Kubernetes: `$$` stands for a dollar, and an unknown variable for itself. */
function expand(text: string, variables: Map<string, string>): string {
  return text.replace(/\$\$|\$\(([-._A-Za-z0-9]+)\)/g, (whole, name?: string) => name === undefined ? '$' : variables.get(name) ?? whole);
}

function hostPath(container: Container, volumes: Volume[], path: string): string {
  if (!path.startsWith('/')) throw new Error(`${JSON.stringify(path)} is not absolute`);
  const parts = (place: string) => place.split('/').filter((part) => part !== '');
  const wanted = parts(path);
  const places = new Set((container.volumeMounts ?? []).map(({ mountPath }) => parts(mountPath).join('/')));
  if (places.size < (container.volumeMounts ?? []).length) throw new Error('two volumes are mounted at one place');
  const mounts = (container.volumeMounts ?? []).filter(({ mountPath }) => parts(mountPath).every((part, i) => wanted[i] === part));
  const [mount] = mounts.sort((a, b) => parts(b.mountPath).length - parts(a.mountPath).length);
  const volume = volumes.find(({ name }) => name === mount?.name)?.hostPath;
  if (volume && !/^\/(?!(.*\/)?\.\.(\/|$))/.test(volume.path)) throw new Error(`the host has no ${volume.path}`);
  if (!mount || !volume || mount.subPathExpr) throw new Error(`${path} is in no volume of the host`);
  return '/' + [...parts(volume.path), ...parts(mount.subPath ?? ''), ...wanted.slice(parts(mount.mountPath).length)].join('/');
}
