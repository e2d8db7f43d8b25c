import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';

/** How much less a unit waits here until it is started again. */
const HURRY = 5;

/** A systemd unit as its file and its drop-ins say, of what is used here. */
export interface UnitFile {
  readonly text: string;
  readonly dropIns: string[];
  readonly command: string[];
  readonly environment: Record<string, string>;
  /** What `Environment=` alone says. */
  readonly variables: string[];
  readonly environmentFiles: string[];
  /** Whether it may start now: `ConditionPathExists=`. */
  readonly allowed: () => boolean;
  readonly restart: 'no' | 'on-failure' | 'always';
  readonly restartMs: number;
}

/** Reads a unit. Undefined when there is none. */
export function readUnit(folder: string, name: string, withDropIns = true): UnitFile | undefined {
  const file = join(folder, name);
  if (!existsSync(file)) return undefined;
  const dropIns = withDropIns && existsSync(`${file}.d`) ? readdirSync(`${file}.d`).filter((base) => base.endsWith('.conf')).sort().map((base) => join(`${file}.d`, base)) : [];
  const text = [file, ...dropIns].map((path) => readFileSync(path, 'utf8')).join('\n');
  const values = new Map<string, string[]>();
  for (const [, key, value] of text.matchAll(/^([A-Za-z]+)=(.*)$/gm)) {
    // An empty value takes back what stood before.
    values.set(key, value === '' ? [] : [...values.get(key) ?? [], value]);
  }
  const words = (key: string) => (values.get(key) ?? []).flatMap((value) => value.trim().split(/\s+/));
  const last = (key: string) => values.get(key)?.at(-1);
  const unset = words('UnsetEnvironment');
  const environmentFiles = values.get('EnvironmentFile') ?? [];
  const assignments = [...words('Environment'), ...environmentFiles.flatMap((path) => readFileSync(path, 'utf8').split('\n').filter((line) => /^\w+=/.test(line)))];
  return {
    text,
    dropIns,
    command: last('ExecStart')?.trim().split(/\s+/) ?? [],
    environmentFiles,
    variables: words('Environment'),
    environment: Object.fromEntries(assignments
      .map((word) => word.split(/=(.*)/s).slice(0, 2) as [string, string])
      .filter(([variable]) => !unset.includes(variable))),
    allowed: () => words('ConditionPathExists').every((path) => path.startsWith('!') ? !existsSync(path.slice(1)) : existsSync(path)),
    restart: (last('Restart') ?? 'no') as UnitFile['restart'],
    restartMs: Number(last('RestartSec') ?? 0.1) * 1000 / HURRY,
  };
}
