import { mkdirSync, symlinkSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { StubShape } from './manifests';

/** What sets a machine apart from one that kubeadm has made. */
export interface StubLayout {
  /**
   * Where etcd's data is. `same`: at the path that etcd is told; `apart`: elsewhere on the machine, as after most guides, which point the
   * volume at the restored folder; `link`: behind a link; `below` and `sub-path`: in a folder of the volume.
   *
   * @default 'same'
   */
  readonly data?: 'same' | 'apart' | 'link' | 'below' | 'sub-path';
  /**
   * How etcd is told. `file`: all of it by its own configuration file. Only a unit has an `environment-file`, and a `drop-in`, whose command
   * takes the place of the unit's.
   *
   * @default 'flag'
   */
  readonly told?: 'flag' | 'variable' | 'file' | 'environment-file' | 'drop-in';
  /** How the container starts it. @default 'command' */
  readonly words?: StubShape['words'];
}

/** A machine's data, as it lies there and as etcd is told. */
export interface PlacedData {
  readonly hostDataDir: string;
  readonly toldDataDir: string;
  readonly mount: { readonly mountPath: string; readonly hostPath?: string; readonly subPath?: string };
  make(): void;
  /** The arguments that are left where something else tells the rest. @param file where a file of settings is to be. */
  told(args: readonly string[], file: string): { args: string[]; shape: StubShape };
}

export function layoutOf({ data = 'same', told = 'flag', words }: StubLayout, folder: string, isUnit: boolean): PlacedData {
  const inContainer = join(folder, 'etcd');
  const elsewhere = join(folder, 'disk', 'etcd-from-backup');
  const places = {
    'same': { hostDataDir: inContainer, toldDataDir: inContainer, mount: { mountPath: inContainer } },
    // A unit has no volume in between: it names the other folder.
    'apart': { hostDataDir: elsewhere, toldDataDir: isUnit ? elsewhere : inContainer, mount: { mountPath: inContainer, hostPath: elsewhere } },
    'link': { hostDataDir: elsewhere, toldDataDir: inContainer, mount: { mountPath: inContainer } },
    'below': { hostDataDir: join(elsewhere, 'default.etcd'), toldDataDir: join(inContainer, 'default.etcd'), mount: { mountPath: inContainer, hostPath: elsewhere } },
    'sub-path': { hostDataDir: elsewhere, toldDataDir: inContainer, mount: { mountPath: inContainer, hostPath: dirname(elsewhere), subPath: 'etcd-from-backup' } },
  }[data];
  return {
    ...places,
    make: () => {
      mkdirSync(dirname(places.hostDataDir), { recursive: true, mode: 0o700 });
      mkdirSync(places.hostDataDir, { mode: 0o700 });
      if (data === 'link') symlinkSync(elsewhere, inContainer);
    },
    told: (args, file) => {
      if (told === 'flag' || told === 'drop-in') return { args: [...args], shape: { words } };
      if (told === 'file') {
        writeFileSync(file, configurationOf(args), { mode: 0o600 });
        return { args: [`config-file=${file}`], shape: { words } };
      }
      return { args: args.filter((argument) => !argument.startsWith('data-dir=')), shape: { words, env: { ETCD_DATA_DIR: places.toldDataDir } } };
    },
  };
}

/** etcd's configuration file, which groups what is about TLS. */
function configurationOf(args: readonly string[]): string {
  const groups: [string, RegExp][] = [['peer-transport-security', /^peer-(?=(cert|key|trusted)-|client-cert)/], ['client-transport-security', /^(?=(cert|key|trusted)-|client-cert)/]];
  const grouped = groups.map(([group, prefix]) => `${group}:\n${args.filter((arg) => prefix.test(arg)).map((arg) => `  ${arg.replace(prefix, '').replace('=', ': ')}\n`).join('')}`);
  return [...args.filter((arg) => !groups.some(([, prefix]) => prefix.test(arg))).map((arg) => `${arg.replace('=', ': ')}\n`), ...grouped].join('');
}
