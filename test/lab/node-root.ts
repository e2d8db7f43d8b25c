import { readdirSync, rmSync } from 'fs';
import { join } from 'path';
import { runOrThrow } from '../toolchain/run';
import { Tool } from '../toolchain/tool';

/** What a node of the field has, too: an init system, a container runtime, and what kubelet, kube-proxy and kubeadm call. */
const packages = [
  'systemd', 'systemd-sysv', 'dbus', 'containerd', 'runc', 'containernetworking-plugins', 'iproute2', 'iptables', 'ebtables', 'nftables',
  'conntrack', 'ethtool', 'socat', 'kmod', 'procps', 'util-linux', 'mount', 'ca-certificates', 'curl', 'gnupg', 'iputils-ping',
];

/** Debian's root file system with systemd and containerd, which every node shows through an overlay of its own. */
export const nodeRoot = new Tool({
  name: 'node-root',
  // The number rises with the list of packages.
  version: 'bookworm-1',
  programs: ['root'],
  how: "from Debian's packages, once, about 2 min",
  needs: { debootstrap: 'apt-get install debootstrap', unshare: 'part of util-linux' },
  build: async (folder) => {
    const root = join(folder, 'root');
    // In a mount namespace of its own, so that what debootstrap mounts goes away with it, however it ends.
    await runOrThrow('unshare', ['--mount', '--propagation', 'private', 'debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, 'bookworm', root]);
    await runOrThrow('chroot', [root, 'apt-get', 'clean']);
    const lists = join(root, 'var/lib/apt/lists');
    for (const file of readdirSync(lists)) rmSync(join(lists, file), { recursive: true });
  },
});
