import { mkdirSync, symlinkSync } from 'fs';
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
  /** Whether etcd is told by a flag or by a variable. @default 'flag' */
  readonly told?: 'flag' | 'variable';
  /** How the container starts it. @default 'command' */
  readonly words?: StubShape['words'];
}

/** A machine's data, as it lies there and as etcd is told. */
export interface PlacedData {
  readonly hostDataDir: string;
  readonly toldDataDir: string;
  readonly mount: { readonly mountPath: string; readonly hostPath?: string; readonly subPath?: string };
  make(): void;
  /** The arguments without the data folder, where a variable has it. */
  told(args: readonly string[]): { args: string[]; shape: StubShape };
}

export function layoutOf({ data = 'same', told = 'flag', words }: StubLayout, folder: string): PlacedData {
  const inContainer = join(folder, 'etcd');
  const elsewhere = join(folder, 'disk', 'etcd-from-backup');
  const places = {
    'same': { hostDataDir: inContainer, toldDataDir: inContainer, mount: { mountPath: inContainer } },
    'apart': { hostDataDir: elsewhere, toldDataDir: inContainer, mount: { mountPath: inContainer, hostPath: elsewhere } },
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
    told: (args) => told === 'flag' ? { args: [...args], shape: { words } } : {
      args: args.filter((argument) => !argument.startsWith('data-dir=')),
      shape: { words, env: { ETCD_DATA_DIR: places.toldDataDir } },
    },
  };
}
