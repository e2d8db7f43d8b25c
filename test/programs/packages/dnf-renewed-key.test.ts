import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { DnfMachine } from '../../support/packages/dnf-machine';
import { KubernetesRpms, rpmVersion } from '../../support/packages/kubernetes-rpms';
import { SigningKey } from '../../support/packages/signing-key';
import { asRoot } from '../../support/pod/as-root';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const SUITE = 'a key of Kubernetes\' packages that was renewed after it had expired on the host';
const THEN = '20260101T000000';

// Old and new rpms differ in this: the new ones don't believe what was signed after the key's end, as they know it.
describeWithTools(SUITE, [toolchain.busybox, toolchain.dnf414, toolchain.dnf423], () => asRoot(SUITE, () => {
  test.each([['4.14', toolchain.dnf414], ['4.23', toolchain.dnf423]])('is taken by dnf %s', async (_, dnf) => {
    const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-rpms-'));
    const packages = new KubernetesRpms(folder);
    try {
      const repository = await packages.serve();
      await DnfMachine.with(dnf, async (machine) => {
        for (const version of ['1.34.4', '1.35.4']) await packages.add(version, machine);
        const expired = await SigningKey.generate('isv:kubernetes OBS Project', 'seconds=86400', THEN);
        await packages.publish('1.34.4', expired, machine, THEN);
        await packages.publish('1.35.4', await expired.renewed(), machine);
        const url = repository.replace('{minor}', '1.34');
        machine.write('/etc/yum.repos.d/kubernetes.repo', `[kubernetes]\nname=Kubernetes\nbaseurl=${url}\ngpgcheck=1\ngpgkey=${url}repodata/repomd.xml.key\n`);
        await machine.run(['dnf', '--assumeyes', 'install', 'kubeadm', 'kubelet']);

        const said = await machine.call('keep_fact manager dnf && dnf_check && dnf_fetch kubeadm kubelet && dnf_install kubeadm && dnf_install kubelet', { TO: '1.35.4' });
        expect(said).toMatchObject({ exitCode: 0, stderr: '' });
        expect((await machine.run(['rpm', '--query', 'kubeadm', 'kubelet'])).trim().split('\n'))
          .toEqual(['kubeadm', 'kubelet'].map((name) => `${name}-${rpmVersion('1.35.4')}.x86_64`));
        // And one key as before, not two.
        expect((await machine.run(['rpm', '--query', 'gpg-pubkey'])).trim().split('\n')).toHaveLength(1);
      });
    } finally {
      packages.close();
      rmSync(folder, { recursive: true });
    }
  });
}));
