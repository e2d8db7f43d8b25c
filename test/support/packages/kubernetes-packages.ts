import { mkdirSync } from 'fs';
import { writeAptRepository } from './apt-repository';
import { buildDebianPackage } from './debian-package';
import { PackageServer } from './package-server';
import { SigningKey } from './signing-key';

/** Packages as Kubernetes publishes them, with programs that only tell their version, in a repository for each minor. */
export class KubernetesPackages extends PackageServer {
  constructor(folder: string) {
    super(folder, 'deb');
  }

  /** Puts a version into the repository of its minor. */
  async add(version: string, key: SigningKey): Promise<void> {
    const folder = this.folderOf(version);
    mkdirSync(folder, { recursive: true });
    const program = (name: string, says: string) => ({ [`usr/bin/${name}`]: `#!/bin/sh\necho "${says}"\n` });
    await buildDebianPackage({ name: 'kubeadm', version: `${version}-1.1`, files: program('kubeadm', `kubeadm version: v${version}`) }, folder);
    await buildDebianPackage({ name: 'kubectl', version: `${version}-1.1`, files: program('kubectl', `Client Version: v${version}`) }, folder);
    await buildDebianPackage({ name: 'kubernetes-cni', version: '1.7.1-1.1', files: { 'opt/cni/bin/loopback': '' } }, folder);
    await buildDebianPackage({
      name: 'kubelet',
      version: `${version}-1.1`,
      files: { ...program('kubelet', `Kubernetes v${version}`), 'etc/default/kubelet': `# of ${version}\nKUBELET_EXTRA_ARGS=\n` },
      settings: ['/etc/default/kubelet'],
      depends: ['kubernetes-cni (>= 1.2.0)'],
    }, folder);
    await writeAptRepository(folder, key);
  }
}
