import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { callLibrary } from '../programs/library';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

type Component = 'etcd' | 'kube-apiserver';

/** A setting as the manifest has it by now, and what a restore says of it. A dash stands for a flag that is taken out. */
type Change = readonly [component: Component, flag: string, now: string, message: RegExp];

const CHANGES: Change[] = [
  ['etcd', 'name', 'other', /etcd runs with --name=cp1, and \S+\/etcd\.yaml says 'other'/],
  ['etcd', 'data-dir', 'PKI', /something serves at \S+ on this machine that is not etcd as \S+\/etcd\.yaml has it/],
  ['etcd', 'wal-dir', '/wal', /etcd runs with --wal-dir=, and \S+\/etcd\.yaml says '\/wal'/],
  ['etcd', 'config-file', '/etc/etcd.conf', /etcd reads the file \/etc\/etcd\.conf in place of flags/],
  ['etcd', 'listen-client-urls', 'https://127.0.0.1:1', /etcd runs with --listen-client-urls=https:\/\/127\.\S+, and \S+\/etcd\.yaml says 'https:\/\/127\.0\.0\.1:1'/],
  ['etcd', 'advertise-client-urls', 'https://other:2379', /etcd runs with --advertise-client-urls=https:\/\/cp1:\d+, and \S+\/etcd\.yaml says 'https:\/\/other:2379'/],
  ['etcd', 'initial-advertise-peer-urls', '-', /etcd runs with --initial-advertise-peer-urls=https:\/\/cp1:\d+, and \S+\/etcd\.yaml says ''/],
  ['etcd', 'trusted-ca-file', 'PKI/ca.crt', /etcd runs with --trusted-ca-file=\S+\/pki\/etcd\/ca\.crt, and \S+\/etcd\.yaml says '\S+\/pki\/ca\.crt'/],
  ['etcd', 'cert-file', 'PKI/etcd/other.crt', /etcd runs with --cert-file=\S+\/server\.crt, and \S+\/etcd\.yaml says '\S+\/other\.crt'/],
  ['etcd', 'key-file', 'PKI/etcd/other.key', /etcd runs with --key-file=\S+\/server\.key, and \S+\/etcd\.yaml says '\S+\/other\.key'/],
  ['etcd', 'quota-backend-bytes', '1', /etcd runs with --quota-backend-bytes=, and \S+\/etcd\.yaml says '1'/],
  ['kube-apiserver', 'secure-port', '1', /a kube-apiserver runs on this machine \(process \d+\) that is not the one of \S+\/kube-apiserver\.yaml/],
  ['kube-apiserver', 'bind-address', '127.0.0.2', /kube-apiserver runs with --bind-address=, and \S+\/kube-apiserver\.yaml says '127\.0\.0\.2'/],
  ['kube-apiserver', 'etcd-servers', 'https://other:2379', /kube-apiserver runs with --etcd-servers=https:\/\/cp1:\d+, and \S+ says 'https:\/\/other:2379'/],
  ['kube-apiserver', 'etcd-prefix', '/other', /kube-apiserver runs with --etcd-prefix=, and \S+ says '\/other'/],
  ['kube-apiserver', 'etcd-cafile', '-', /kube-apiserver runs with --etcd-cafile=\S+\/ca\.crt, and \S+ says ''/],
  ['kube-apiserver', 'etcd-certfile', 'PKI/other.crt', /kube-apiserver runs with --etcd-certfile=\S+, and \S+ says '\S+\/pki\/other\.crt'/],
  ['kube-apiserver', 'etcd-keyfile', 'PKI/other.key', /kube-apiserver runs with --etcd-keyfile=\S+, and \S+ says '\S+\/pki\/other\.key'/],
  ['kube-apiserver', 'client-ca-file', 'PKI/other.crt', /kube-apiserver runs with --client-ca-file=\S+\/pki\/ca\.crt, and \S+ says '\S+\/pki\/other\.crt'/],
  ['kube-apiserver', 'service-account-key-file', 'PKI/other.pub', /kube-apiserver runs with --service-account-key-file=\S+\/sa\.pub, and \S+ says '\S+\/other\.pub'/],
  ['kube-apiserver', 'encryption-provider-config', '/enc.yaml', /kube-apiserver runs with --encryption-provider-config=, and \S+ says '\/enc\.yaml'/],
];

describeWithTools('a manifest that was changed since, and not taken up', [toolchain.etcd36, toolchain.busybox], () => asRoot('a manifest that was changed since, and not taken up', () => {
  let drill: StubRestoreDrill;

  beforeAll(async () => {
    drill = await StubRestoreDrill.begin({});
    // It takes up nothing.
    drill.machines[0].kubelet.stop();
  });
  afterAll(() => drill.cluster.destroy());

  test.each(CHANGES)('%s, --%s=%s: it is refused, and nothing is stopped', async (component, flag, now, message) => {
    const [machine] = drill.machines;
    const file = join(machine.manifests, `${component}.yaml`);
    const text = readFileSync(file, 'utf8');
    const line = now === '-' ? '' : `    - --${flag}=${now.replace('PKI', machine.pki)}\n`;
    const changed = text.replace(new RegExp(`^ *- --${flag}=.*\\n`, 'm'), '').replace(new RegExp(`^ *- ${component}\\n`, 'm'), (word) => word + line);
    expect(changed).not.toBe(text);
    const before = drill.running;
    writeFileSync(file, changed, { mode: 0o600 });
    try {
      const told = await drill.startOn(machine, `stale-${component}-${flag}`, { everywhere: component === 'kube-apiserver' ? ['--with', 'cp1'] : [] }).summary();
      expect(told).toMatchObject({ status: 2, message: expect.stringMatching(message) });
      expect(drill.running).toEqual(before);
      expect(readFileSync(file, 'utf8')).toBe(changed);
    } finally {
      writeFileSync(file, text, { mode: 0o600 });
    }
  });

  test.each<Component>(['etcd', 'kube-apiserver'])('these are all settings of %s that matter', (component) => {
    const { stdout } = callLibrary('busybox', 'host/running.sh', 'settings_that_matter "$1"', [component]);
    expect(CHANGES.filter(([of]) => of === component).map(([, flag]) => flag)).toEqual(stdout.trim().split(/\s+/));
  });
}));
