import { existsSync, readdirSync, realpathSync } from 'fs';
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
  const architecture = readdirSync(join(root, 'usr/lib')).find((folder) => existsSync(join(root, 'usr/lib', folder, 'xtables')));
  const extensionFolder = `/usr/lib/${architecture}/xtables`;
  const extensions = readdirSync(join(root, extensionFolder)).map((file) => join(extensionFolder, file));
  const loaded = await runOrThrow('chroot', [root, 'ldd', ...programs, ...extensions]);
  const libraries = [...loaded.matchAll(/^\s.*?(\/\S+) \(0x/gm)].map(([, path]) => path);
  return {
    files: Object.fromEntries([...programs, ...extensions, ...libraries].map((path) => [path, realpathSync(join(root, path))])),
    links: Object.fromEntries(applets.map((applet) => [`/usr/sbin/${applet}`, 'xtables-nft-multi'])),
  };
}
