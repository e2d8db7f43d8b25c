import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { DnfMachine } from './dnf-machine';
import { PackageServer } from './package-server';
import { SigningKey } from './signing-key';

/** With the revision that the real packages have. */
export const rpmVersion = (version: string) => `${version}-150500.1.1`;

/** One spec for all packages, as Kubernetes has it. They need nothing that no package of the machine provides, such as /bin/sh. */
function specOf(version: string): string {
  const packages = [
    { name: 'kubeadm', files: ['/usr/bin/kubeadm'] },
    { name: 'kubectl', files: ['/usr/bin/kubectl'] },
    { name: 'kubelet', files: ['/usr/bin/kubelet', '%config(noreplace) /etc/sysconfig/kubelet'], requires: 'kubernetes-cni >= 1.2.0' },
    { name: 'kubernetes-cni', files: ['/opt/cni'], version: '1.7.1' },
  ];
  return [
    'Name: kubernetes', `Version: ${version}`, 'Release: 150500.1.1', 'Summary: for tests', 'License: none', '%description', 'For tests.',
    ...packages.flatMap(({ name, files, requires, version: own }) => [
      `%package -n ${name}`, 'Summary: for tests', 'AutoReqProv: no', ...own ? [`Version: ${own}`] : [], ...requires ? [`Requires: ${requires}`] : [],
      `%description -n ${name}`, 'For tests.',
      `%files -n ${name}`, ...files,
    ]),
    // The real one stops the kubelet when the last of its packages goes.
    '%preun -n kubelet -p <lua>', 'if tonumber(arg[2]) == 0 then io.open("/kubelet-was-stopped", "w"):close() end',
    '%install',
    'mkdir -p %{buildroot}/usr/bin %{buildroot}/etc/sysconfig %{buildroot}/opt/cni/bin',
    ...[['kubeadm', `kubeadm version: v${version}`], ['kubectl', `Client Version: v${version}`], ['kubelet', `Kubernetes v${version}`]].flatMap(([name, says]) => [
      `printf '#!/bin/sh\\necho "${says}"\\n' >%{buildroot}/usr/bin/${name}`, `chmod 0755 %{buildroot}/usr/bin/${name}`,
    ]),
    `printf '# of ${version}\\nKUBELET_EXTRA_ARGS=\\n' >%{buildroot}/etc/sysconfig/kubelet`,
    'echo >%{buildroot}/opt/cni/bin/loopback',
    '',
  ].join('\n');
}

/** Packages as Kubernetes publishes them for dnf, with programs that only tell their version. */
export class KubernetesRpms extends PackageServer {
  constructor(folder: string) {
    super(folder, 'rpm');
  }

  /** Puts a version into the folder of its minor, not yet signed. */
  async add(version: string, builder: DnfMachine): Promise<void> {
    builder.write('/tmp/kubernetes.spec', specOf(version));
    await builder.run(['rpmbuild', '--quiet', '-bb', '--define', '_rpmdir /tmp/built', '--define', '_topdir /tmp/build', '/tmp/kubernetes.spec']);
    mkdirSync(this.folderOf(version), { recursive: true });
    cpSync(builder.path('/tmp/built'), this.folderOf(version), { recursive: true });
    rmSync(builder.path('/tmp/built'), { recursive: true });
  }

  /**
   * Signs the packages of a minor by a key, which becomes the repository's, and lists them.
   *
   * @param at when they are signed, such as `20260101T000000`; now
   */
  async publish(version: string, key: SigningKey, builder: DnfMachine, at?: string): Promise<void> {
    const folder = this.folderOf(version);
    const options = `--batch --pinentry-mode loopback${at ? ` --faked-system-time ${at}` : ''}`;
    const copy = builder.path('/tmp/signed');
    rmSync(copy, { recursive: true, force: true });
    cpSync(folder, copy, { recursive: true });
    builder.write('/tmp/secret', key.secret);
    const files = readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.rpm')).map((file) => join('/tmp/signed', file));
    await builder.run(['sh', '-euc', `
rm -rf /tmp/gnupg
mkdir -m 0700 /tmp/gnupg
trap 'gpgconf --homedir /tmp/gnupg --kill gpg-agent' EXIT
gpg --homedir /tmp/gnupg --batch --quiet --pinentry-mode loopback --import /tmp/secret
fingerprint=$(gpg --homedir /tmp/gnupg --batch --with-colons --list-keys | sed -n 's/^fpr:*\\([^:]*\\):/\\1/p' | head -n 1)
rpmsign --define '__gpg /usr/bin/gpg' --define '_gpg_path /tmp/gnupg' --define "_gpg_name $fingerprint" \\
  --define '_gpg_sign_cmd_extra_args ${options}' --addsign "$@" >/dev/null
createrepo_c --quiet /tmp/signed
gpg --homedir /tmp/gnupg ${options} --yes --armor --detach-sign /tmp/signed/repodata/repomd.xml`, 'sh', ...files]);
    writeFileSync(join(copy, 'repodata/repomd.xml.key'), await key.public);
    rmSync(folder, { recursive: true });
    cpSync(copy, folder, { recursive: true });
  }
}
