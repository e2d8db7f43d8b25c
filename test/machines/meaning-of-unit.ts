import { posix } from 'path';
import { Process } from './meaning';
import { flagsOf } from './meaning-of-flags';
import { Understood } from './row';

/** What the files of a unit are on the machine. */
export interface UnitFiles {
  /** The unit's text, and those of its drop-ins in their order. */
  readonly texts: string[];
  /** What %H and the like stand for. */
  readonly specifiers: Record<string, string>;
  /** Of an environment file, or undefined where there is none. */
  environmentFile(path: string): string | undefined;
}

/**
 * What a unit of etcd means by the rules of systemd.syntax, systemd.exec and systemd.service, written for these tests.
 * Throws where the unit doesn't start etcd itself.
 */
export function meaningOfUnit(files: UnitFiles): Understood {
  const settings = settingsOfService(files.texts);
  const { words: [program, ...args], variables } = processOfUnit(files);
  if (posix.basename(program) !== 'etcd') throw new Error(`${program} is not etcd`);
  if (settings.RootDirectory || settings.DynamicUser || settings.BindPaths) throw new Error('its folders are not the host\'s');
  const named = Object.entries(variables).filter(([name, value]) => name.startsWith('ETCD_') && value !== '')
    .map(([name, value]) => [name.slice(5).toLowerCase().replace(/_/g, '-'), value]);
  const flags = { ...Object.fromEntries(named), ...flagsOf(args) };
  if (flags['config-file']) throw new Error('config-file');
  return { settings: flags, hostDataDir: flags['data-dir'], user: settings.User?.at(-1) };
}

/** What systemd starts for a unit: the words, with the program's path, and the variables. */
export function processOfUnit(files: UnitFiles): Process {
  const settings = settingsOfService(files.texts);
  const specified = (text: string) => text.replace(/%[A-Za-z]/g, (name) => files.specifiers[name] ?? name);
  const variables = new Map<string, string>();
  for (const assignment of (settings.Environment ?? []).flatMap((line) => words(specified(line)))) {
    variables.set(assignment.split('=')[0], assignment.slice(assignment.indexOf('=') + 1));
  }
  for (const path of settings.EnvironmentFile ?? []) {
    const text = files.environmentFile(specified(path).replace(/^-/, '').replace(/\\@/, '@'));
    new Map(assignmentsOf(text ?? '')).forEach((value, name) => variables.set(name, value));
  }
  const command = settings.ExecStart?.at(-1) ?? '';
  return { words: words(specified(command)).flatMap((word) => expand(word, variables)), variables: Object.fromEntries(variables) };
}

/** The values of [Service], in their order; an empty one forgets those before it. */
export function settingsOfService(texts: string[]): Record<string, string[]> {
  const settings: Record<string, string[]> = {};
  for (const text of texts) {
    const whole = text.replace(/^[#;].*\n/gm, '').replace(/\\\n(?:\s*[#;].*\n)*/g, ' ');
    let section = '';
    for (const line of whole.split('\n')) {
      section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
      const [, key, value] = /^([A-Za-z]+)=(.*?)\s*$/.exec(line) ?? [];
      if (section === 'Service' && key) settings[key] = value === '' ? [] : [...settings[key] ?? [], value];
    }
  }
  return settings;
}

/** Words, without their quotes; a word of quotes alone is one, too. A dollar in it still means something. */
export function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+/g)].map(([word]) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\\(.)/g, (_, double?: string, single?: string, escaped?: string) =>
      escaped ?? (double ?? single!).replace(/\\(.)/g, '$1')));
}

/** A word that is $NAME becomes several, one with ${NAME} in it stays one. */
function expand(word: string, variables: Map<string, string>): string[] {
  const alone = /^\$([A-Za-z_]\w*)$/.exec(word);
  if (alone) return words(variables.get(alone[1]) ?? '');
  return [word.replace(/\$\$|\$\{(\w+)\}/g, (_, name?: string) => name === undefined ? '$' : variables.get(name) ?? '')];
}

/** The lines of an environment file. Quotes may begin only where the value does, and nothing behind a value is a comment. */
function assignmentsOf(text: string): [string, string][] {
  return text.replace(/^\s*[#;].*$/gm, '').replace(/\\\n/g, '').split('\n').flatMap((line): [string, string][] => {
    const [, name, value] = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) return [];
    const [, double, single] = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')$/.exec(value) ?? [];
    return [[name, double?.replace(/\\(["\\`$])/g, '$1') ?? single ?? value]];
  });
}
