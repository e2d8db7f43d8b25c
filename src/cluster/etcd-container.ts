import { etcdArguments, scriptOf } from './etcd-command-line';
import { EtcdFlags } from './etcd-flags';
import { assignedIn, Command, shellCommands } from './shell-words';

/** What a container of a pod says about the program that it runs, as it was written and not yet checked. */
export interface EtcdContainer {
  readonly command?: unknown;
  readonly args?: unknown;
  readonly env?: unknown;
  readonly envFrom?: unknown;
}

interface Variable { readonly name: string; readonly value?: unknown; readonly valueFrom?: unknown }

/** Whether a container runs a member of etcd, as far as its words tell. */
export function runsEtcd({ command, args }: EtcdContainer): boolean {
  const words = [command, args].flat().map(String);
  const script = scriptOf(words);
  return (script === undefined ? [words] : shellCommands(script)).some(etcdArguments);
}

/**
 * The flags of the container that runs etcd, and the variables that etcd reads where a flag isn't given.
 *
 * Throws when the container says what can't be true on a node, or what is known only there.
 */
export function flagsOf(source: string, container: EtcdContainer): EtcdFlags {
  const environment = environmentOf(source, container);
  const command = wordsOf(source, 'command', container.command);
  const words = [...command, ...wordsOf(source, 'args', container.args)].map(word => expand(word, environment));
  const script = scriptOf(words);
  if (script === undefined) {
    // An image whose entry point is etcd needs no command: then the arguments are all there is.
    return new EtcdFlags(source, etcdArguments(words) ?? words, { environment });
  }
  const commands = shellCommands(script, environment);
  for (const name of assignedIn(commands)) {
    environment.set(name, `$${name}`);
  }
  return new EtcdFlags(source, argumentsIn(source, shellCommands(script, environment)), { environment });
}

/** The arguments of etcd in a script. Refuses a script that doesn't run etcd once. */
function argumentsIn(source: string, commands: Command[]): string[] {
  const reads = commands.find(([program]) => program === '.' || program === 'source');
  if (reads) {
    throw new Error(`${source} runs etcd by a script that reads ${reads[1]}, which is known only on the node: replace it by what it sets`);
  }
  const found = new Map(commands.map(etcdArguments).filter(args => args !== undefined).map(args => [args.join('\0'), args]));
  if (found.size !== 1) {
    throw new Error(`${source} must run etcd once, got a script that runs it ${found.size === 0 ? 'nowhere' : `with ${found.size} sets of flags`}: `
      + 'keep only the command that counts in what is read here');
  }
  return [...found.values()][0];
}

/** The words of a field. Kubernetes refuses words that YAML reads as numbers or booleans, so no etcd runs with them. */
function wordsOf(source: string, field: string, words: unknown = []): string[] {
  if (!Array.isArray(words)) {
    throw new Error(`${source} must have a list as ${field} of etcd's container, got ${JSON.stringify(words)}: Kubernetes refuses it`);
  }
  return words.map(word => requireString(source, field, word));
}

function requireString(source: string, field: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new Error(`${source} must have text in ${field} of etcd's container, got ${JSON.stringify(value)}, which YAML takes for `
      + `${value === null ? 'nothing' : `a ${typeof value}`} and Kubernetes refuses: put it into quotes`);
  }
  return value;
}

/** The container's variables. One whose value isn't in the manifest has `$(NAME)` as its value, so that an error shows its name. */
function environmentOf(source: string, { env = [], envFrom = [] }: EtcdContainer): Map<string, string> {
  if (!Array.isArray(envFrom) || envFrom.length > 0) {
    throw new Error(`${source} has envFrom in etcd's container, whose variables are known only in the cluster: replace it by env with their values`);
  }
  const environment = new Map<string, string>();
  for (const variable of Array.isArray(env) ? env as Variable[] : [env as Variable]) {
    const name = requireString(source, 'env', variable?.name);
    if (variable.valueFrom !== undefined && name.startsWith('ETCD_')) {
      throw new Error(`${source} has ${name} with valueFrom, which is known only on the node: replace it by its value in what is read here`);
    }
    const value = variable.valueFrom !== undefined ? `$(${name})` : expand(requireString(source, `env ${name}`, variable.value ?? ''), environment);
    environment.set(name, value);
  }
  return environment;
}

/** Replaces `$(NAME)` by the variable's value, as Kubernetes does; `$$(NAME)` stands for the text `$(NAME)`. */
function expand(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\$)?(\([A-Za-z_][-.\w]*\))/g, (whole, escape: string | undefined, name: string) =>
    escape ? `$${name}` : environment.get(name.slice(1, -1)) ?? whole);
}
