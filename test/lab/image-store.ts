import { mkdirSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { writeImageArchive } from './image-archive';
import { imageNamed, kubeadmImages } from './image-catalogue';
import { nodeRoot } from './node-root';
import { runOrThrow } from '../toolchain/run';
import { Tool } from '../toolchain/tool';

/** Starts containerd on the store $2, in the root file system $1, and imports the archives of the folder $3. */
const importer = `
  mount -t tmpfs tmpfs "$1/var/lib"
  mkdir "$1/var/lib/containerd"
  mount --bind "$2" "$1/var/lib/containerd"
  mount --bind "$3" "$1/mnt"
  mount -t tmpfs tmpfs "$1/run"
  mount -t proc proc "$1/proc"
  mount --rbind /dev "$1/dev"
  chroot "$1" containerd --log-level error &
  for attempt in $(seq 100); do chroot "$1" ctr version >/dev/null 2>&1 && break; sleep .1; done
  for archive in "$3"/*.tar; do chroot "$1" ctr --namespace k8s.io images import "/mnt/$(basename "$archive")"; done
  kill $! && wait $! || true`;

export interface StoreVersions {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly pause: string;
}

/**
 * containerd's folder with the images of a kubeadm cluster in it, unpacked: every node starts with a copy, whose large files are
 * links to these. That costs neither time nor disk, and nodes share the programs' memory, too.
 */
export function imageStore(versions: StoreVersions): Tool {
  return new Tool({
    name: 'image-store',
    // The last number rises with what the images hold.
    version: `${versions.kubernetes}-etcd-${versions.etcd}-3`,
    programs: ['containerd'],
    how: 'of the images of a kubeadm cluster, once, about 1 min with programs that are built',
    needs: { ...nodeRoot.recipe.needs, go: 'install Go from https://go.dev/dl' },
    build: async (folder) => {
      await nodeRoot.ensure();
      const [store, archives] = ['containerd', 'archives'].map((name) => join(folder, name));
      [store, archives].forEach((path) => mkdirSync(path));
      for (const [index, reference] of kubeadmImages(versions).entries()) {
        await writeImageArchive(await imageNamed(reference), join(archives, `${index}.tar`));
      }
      const script = join(folder, 'import.sh');
      writeFileSync(script, importer);
      const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
      await runOrThrow('unshare', [...namespaces, 'sh', '-eu', script, nodeRoot.path('root'), store, archives]);
      rmSync(archives, { recursive: true });
      rmSync(script);
    },
  });
}
