import { controlPlaneComponents, kubernetesTool } from './binaries';
import { etcdImage, EtcdImageContent } from './etcd-image';
import { ImageSpec } from './image-archive';
import { kubeProxyFiles } from './kube-proxy-image';
import { pause } from './pause';
import { runOrThrow } from '../toolchain/run';
import { toolchain } from '../toolchain/toolchain';

/** The images that kubeadm's cluster of these versions runs. */
export function kubeadmImages(versions: { kubernetes: string; etcd: string; pause: string }): string[] {
  const components = [...controlPlaneComponents, 'kube-proxy'].map((component) => `registry.k8s.io/${component}:v${versions.kubernetes}`);
  return [...components, `registry.k8s.io/etcd:${versions.etcd}-0`, `registry.k8s.io/pause:${versions.pause}`];
}

/** A name in full, as a container runtime completes it: `busybox:1.37` is `docker.io/library/busybox:1.37`. */
export function fullReference(reference: string): string {
  const [first, ...rest] = reference.split('/');
  if (rest.length === 0) return `docker.io/library/${reference}`;
  return /[.:]|^localhost$/.test(first) ? reference : `docker.io/${reference}`;
}

/**
 * Makes the image of a name, whatever registry or mirror the name begins with: etcd of any version that the lab can get,
 * busybox under any tag, pause, and the components of Kubernetes.
 *
 * Throws when the lab has no such image. A pod that asks for it gets ImagePullBackOff, as it would without a registry.
 */
export async function imageNamed(reference: string, etcdContent: EtcdImageContent = {}): Promise<ImageSpec> {
  const match = /(?:^|\/)([^/:@]+):([^/:@]+)$/.exec(reference);
  const references = [fullReference(reference)];
  const [, name, tag] = match ?? [];
  switch (name) {
    case 'busybox': return busyboxImage(references);
    case 'pause':
      await pause.ensure();
      return { references, entrypoint: ['/pause'], files: { '/pause': pause.path() } };
    case 'etcd': return etcdImage(references, etcdContent);
    case 'kubectl': {
      const tool = kubernetesTool(name, tag.replace(/^v/, ''));
      await tool.ensure();
      return { references, entrypoint: ['/bin/kubectl'], files: { '/bin/kubectl': tool.path() } };
    }
    case 'kube-apiserver': case 'kube-controller-manager': case 'kube-scheduler': case 'kube-proxy': {
      const tool = kubernetesTool(name, tag.replace(/^v/, ''));
      await tool.ensure();
      const program = { [`/usr/local/bin/${name}`]: tool.path() };
      if (name !== 'kube-proxy') return { references, files: program };
      const { files, links } = await kubeProxyFiles();
      return { references, files: { ...program, ...files }, links };
    }
    default:
      throw new Error(`the lab has no image ${reference}: it makes etcd, busybox, pause, kubectl and the components of Kubernetes, each with a tag`);
  }
}

/** One static file, and a link for every other applet. */
async function busyboxImage(references: string[]): Promise<ImageSpec> {
  const { busybox } = toolchain;
  await busybox.ensure();
  const applets = (await runOrThrow(busybox.path(), ['--list'])).split('\n').filter((applet) => applet !== '' && applet !== 'busybox');
  return {
    references,
    entrypoint: ['/bin/sh'],
    files: { '/bin/busybox': busybox.path() },
    links: Object.fromEntries(applets.map((applet) => [`/bin/${applet}`, 'busybox'])),
  };
}
