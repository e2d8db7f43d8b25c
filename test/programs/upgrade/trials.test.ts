import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { run } from '../../toolchain/run';
import { toolchain } from '../../toolchain/toolchain';
import { PROGRAMS } from '../library';

const manifest = (...flags: string[]) => `apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  hostNetwork: true
  containers:
  - name: kube-apiserver
    image: registry.k8s.io/kube-apiserver:v1.36.3
    command:
    - kube-apiserver
${['--etcd-servers=https://127.0.0.1:2379', '--secure-port=6443', ...flags].map((flag) => `    - ${flag}\n`).join('')}`;

const config = (...extraArgs: string[]) => `apiServer:\n  extraArgs:\n${extraArgs.map((arg) => `  - name: ${arg.split('=')[0]}\n    value: ${arg.split('=').slice(1).join('=')}\n`).join('')}`
  + 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.36.3\n';

const COMMANDS = `
set -eu
here=$1 RECORD=$2/record WORK=$2/work MANIFESTS=$2/manifests CONFIG=$2/config TO=1.37.2 OPERATIONS=$2 OPERATION=x PROGRAM=test ETCD_UNIT=none FAILPOINT=
. "$here/lib/all.sh"
. "$here/host/all.sh"
. "$here/node/control-plane.sh"
. "$here/upgrade/check.sh"
. "$here/upgrade/trials.sh"
node_api() { cp "$CONFIG" "$WORK/answer"; }
try_components
echo passed`;

describeWithTools('the new kube-apiserver, tried with the flags of the old one', [toolchain.kubeApiserver137], () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-trials-'));
    for (const each of ['record', 'work', 'manifests', 'x/bin']) mkdirSync(join(folder, each), { recursive: true });
    symlinkSync(toolchain.kubeApiserver137.path(), join(folder, 'x/bin/kube-apiserver'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function attempt(flags: string[], extraArgs: string[] = []) {
    writeFileSync(join(folder, 'manifests/kube-apiserver.yaml'), manifest(...flags));
    writeFileSync(join(folder, 'config'), config(...extraArgs));
    return run('dash', ['-c', COMMANDS, 'dash', PROGRAMS, folder]);
  }

  test('starts with flags that it knows', async () => {
    const { exitCode, stdout } = await attempt(['--authorization-mode=Node,RBAC', '--audit-log-path=/var/log/audit.log']);
    expect({ exitCode, last: stdout.trim().split('\n').at(-1) }).toEqual({ exitCode: 0, last: 'passed' });
    expect(stdout).not.toContain('not understood');
    expect(stdout).toContain('kube-scheduler 1.37.2 is not at hand: its flags are not tried');
  });

  test('a feature gate that is gone is refused, by its name and where it stands', async () => {
    const gate = 'UserNamespacesPodSecurityStandards=true';
    const { exitCode, stderr } = await attempt([`--feature-gates=${gate}`], [`feature-gates=${gate}`]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/kube-apiserver 1\.37\.2 does not start with the settings of this cluster: .*UserNamespacesPodSecurityStandards/);
    expect(stderr).toMatch(/take \S+ out of the extraArgs of kube-apiserver: kubectl --namespace kube-system edit configmap kubeadm-config/);
  });

  test('a flag that is gone is refused', async () => {
    const { exitCode, stderr } = await attempt(['--cloud-provider=external'], ['cloud-provider=external']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('unknown flag: --cloud-provider: take cloud-provider out of the extraArgs of kube-apiserver');
  });

  test('a flag that kubeadm itself once wrote, and leaves out now, is only said', async () => {
    const { exitCode, stdout } = await attempt(['--cloud-provider=external']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('kube-apiserver 1.37.2 does not know all flags of the manifest here, which kubeadm will write anew: Error: unknown flag: --cloud-provider');
  });

  test('a manifest that is not understood is said, and is no refusal', async () => {
    const { exitCode, stdout } = await attempt(['*anchor']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('the manifest of kube-apiserver is not understood: its flags are not tried');
  });
});
