import { readdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { kubernetesTool } from './binaries';
import { linkOrCopy } from './link-or-copy';
import { nodeRoot } from './node-root';
import { network } from './topology';
import { writeAptRepository } from '../support/packages/apt-repository';
import { buildDebianPackage } from '../support/packages/debian-package';
import { SigningKey } from '../support/packages/signing-key';
import { runOrThrow } from '../toolchain/run';
import { Tool } from '../toolchain/tool';

const tools = { 'dpkg-deb': 'part of dpkg', 'gpg': 'apt-get install gnupg' };

/** The key that signs every repository of this machine's lab. */
const signingKey = new Tool({
  name: 'package-key',
  version: '1',
  programs: ['secret.asc'],
  how: 'by gpg, once, some seconds',
  needs: tools,
  build: async (folder) => {
    const key = await SigningKey.generate('isv:kubernetes OBS Project of the lab');
    writeFileSync(join(folder, 'secret.asc'), key.secret, { mode: 0o600 });
  },
});

const kubeletUnit = `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

const kubeadmDropIn = `# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

/**
 * A signed repository of a version's packages, as pkgs.k8s.io has one for a minor: real programs, with the dependencies, units and settings of
 * Kubernetes' own packages.
 */
export function packageRepository(version: string): Tool {
  const components = (['kubeadm', 'kubelet', 'kubectl'] as const).map((component) => kubernetesTool(component, version));
  return new Tool({
    name: 'package-repository',
    version,
    programs: ['InRelease'],
    how: 'of programs that are built already, once, some seconds',
    needs: Object.assign({}, tools, ...components.map(({ recipe }) => recipe.needs)),
    build: async (folder) => {
      await signingKey.ensure();
      for (const component of components) await component.ensure();
      const program = (name: string) => ({ [`usr/bin/${name}`]: components.find(({ recipe }) => recipe.name === name)!.path() });
      const revision = `${version}-1.1`;
      await buildDebianPackage({ name: 'kubectl', version: revision, programs: program('kubectl') }, folder);
      await buildDebianPackage({ name: 'kubernetes-cni', version: '1.7.1-1.1', files: { 'opt/cni/bin/README': 'plugins of the network\n' } }, folder);
      await buildDebianPackage({
        name: 'kubeadm',
        version: revision,
        programs: program('kubeadm'),
        files: { 'usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf': kubeadmDropIn },
      }, folder);
      await buildDebianPackage({
        name: 'kubelet',
        version: revision,
        programs: program('kubelet'),
        files: { 'usr/lib/systemd/system/kubelet.service': kubeletUnit, 'etc/default/kubelet': 'KUBELET_EXTRA_ARGS=\n' },
        settings: ['/etc/default/kubelet'],
        depends: ['iptables', 'kubernetes-cni (>= 1.2.0)', 'mount', 'util-linux'],
      }, folder);
      await writeAptRepository(folder, new SigningKey(readFileSync(signingKey.path('secret.asc'), 'utf8')));
    },
  });
}

/** The line by which apt on a node finds its version's minor. */
function sourceOf(version: string): string {
  return `deb [signed-by=/etc/apt/keyrings/kubernetes-apt-keyring.gpg] http://${network.gateway}/${pathOf(version)}/ /`;
}

/** Where a version is below the folder that is served, as pkgs.k8s.io has it. */
function pathOf(version: string): string {
  return `core:/stable:/v${version.split('.').slice(0, 2).join('.')}/deb`;
}

/** What dpkg has made of Debian's root file system by installing a version's packages: a layer over it that all nodes share, and their /var. */
export function packagedLayer(version: string): Tool {
  const repository = packageRepository(version);
  return new Tool({
    name: 'node-packages',
    version,
    programs: ['root', 'var'],
    how: 'by dpkg, once, some seconds',
    needs: repository.recipe.needs,
    build: async (folder) => {
      await repository.ensure();
      await nodeRoot.ensure();
      // In a mount namespace of its own, so that the mounts go away with it, however it ends.
      const install = `
        mkdir "$1/root" "$1/work" "$1/merged" "$1/debs"
        mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/root,workdir=$1/work" "$1/merged"
        mkdir "$1/merged/debs"
        mount --bind "$3" "$1/merged/debs"
        chroot "$1/merged" sh -c 'dpkg --install /debs/*.deb && apt-mark hold kubeadm kubelet kubectl' >&2
        chroot "$1/merged" gpg --homedir /tmp --batch --quiet --dearmor --output /etc/apt/keyrings/kubernetes-apt-keyring.gpg /debs/Release.key
        chmod 0644 "$1/merged/etc/apt/keyrings/kubernetes-apt-keyring.gpg"
        echo "$4" >"$1/merged/etc/apt/sources.list.d/kubernetes.list"
        umount "$1/merged/debs"
        rmdir "$1/merged/debs"
        cp -a "$1/merged/var" "$1/var"
        umount "$1/merged"
        rm -rf "$1/work" "$1/merged" "$1/debs" "$1/root/debs" "$1/root/var"`;
      await runOrThrow('unshare', ['--mount', '--propagation', 'private', 'sh', '-euc', install, 'sh', folder, nodeRoot.path('root'), repository.folder, sourceOf(version)]);
    },
  });
}

/** Puts a version's repository where a cluster's nodes find it, below the folder that is served to them. */
export async function offerPackages(version: string, served: string): Promise<void> {
  const repository = packageRepository(version);
  await repository.ensure();
  const folder = join(served, pathOf(version));
  await runOrThrow('mkdir', ['-p', folder]);
  for (const file of readdirSync(repository.folder)) linkOrCopy(repository.path(file), join(folder, file));
}
