import { readdirSync, realpathSync } from 'fs';
import { join } from 'path';
import { ImageSpec } from './image-archive';
import { nodeRoot } from './node-root';
import { runOrThrow } from '../toolchain/run';

const programs = ['/usr/sbin/xtables-nft-multi', '/usr/sbin/xtables-legacy-multi', '/usr/sbin/conntrack'];
const applets = ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'];

/** kube-proxy calls iptables: the node's own, with the libraries and extensions that it loads. */
export async function kubeProxyFiles(): Promise<Pick<ImageSpec, 'files' | 'links'>> {
  await nodeRoot.ensure();
  const root = nodeRoot.path('root');
  const loaded = await runOrThrow('chroot', [root, 'ldd', ...programs]);
  const libraries = new Set([...loaded.matchAll(/\/\S+\.so\S*/g)].map(([path]) => path));
  const extensionFolder = '/usr/lib/x86_64-linux-gnu/xtables';
  const extensions = readdirSync(join(root, extensionFolder)).map((file) => join(extensionFolder, file));
  return {
    files: Object.fromEntries([...programs, ...libraries, ...extensions].map((path) => [path, realpathSync(join(root, path))])),
    links: Object.fromEntries(applets.map((applet) => [`/usr/sbin/${applet}`, 'xtables-nft-multi'])),
  };
}
