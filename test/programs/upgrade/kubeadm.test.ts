import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

/** What kubeadm is called with and told. The version that its settings have is the third argument. */
const COMMANDS = `
here=$1 OPERATIONS=$2 OPERATION=now RECORD=$2/now/record WORK=$2/work SELF=cp2 TO=1.35.4 CONFIG=$3
IGNORE_PREFLIGHT= PATCHES= CERTIFICATES=renew ETCD=upgrade KUBEADM_TIMEOUT=60
for library in lib/text lib/version lib/report lib/record lib/by-hand host/settings upgrade/kubeadm; do . "$here/$library.sh"; done
mkdir -p "$RECORD" "$WORK"
cluster_version() { echo "$CONFIG"; }
own_tools() { shift; echo "$*" | sed "s, $OPERATIONS,,"; : >"$WORK/answer"; : >"$WORK/errors"; }
keep_fact role control-plane`;

describeWithTools('what kubeadm does on a control plane', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let operations: string;
  beforeEach(() => { operations = mkdtempSync(join(tmpdir(), 'cdk8s-day2-kubeadm-')); });
  afterEach(() => rmSync(operations, { recursive: true }));

  const call = (config: string, commands: string) => callLibrary(shell, 'lib/text.sh', `${COMMANDS}\n${commands}`, [PROGRAMS, operations, config]).stdout;
  const upgraded = (config: string) => call(config, 'upgrade_by_kubeadm').trim();
  const apply = 'kubeadm upgrade apply v1.35.4 --yes --config/now/record/upgrade.yaml';
  const node = 'kubeadm upgrade node --config/now/record/upgrade.yaml';

  /** An operation here that has ended. */
  function earlier(outcome: string, to: string): void {
    mkdirSync(join(operations, 'earlier', 'record'), { recursive: true });
    writeFileSync(join(operations, 'earlier', 'record', 'how'), 'apply\n');
    writeFileSync(join(operations, 'earlier', 'inputs'), `SELF='cp2'\nTO='${to}'\n`);
    writeFileSync(join(operations, 'earlier', 'result'), `{"outcome":"${outcome}"}\n`);
  }

  test.each([['1.34.4', apply], ['1.35.4', node]])('where its settings have %s: %s', (config, expected) => {
    expect(upgraded(config)).toBe(expected);
  });

  test.each([['given-back', '1.35.4', apply], ['left', '1.35.4', apply], ['upgraded', '1.35.4', node], ['given-back', '1.34.9', node]])('after an earlier attempt that ended as %s, to %s: %s', (outcome, to, expected) => {
    // It writes the version early, so the settings have it already.
    earlier(outcome, to);
    expect(upgraded('1.35.4')).toBe(expected);
  });

  test('it is told no more than it has to be', () => {
    expect(call('', 'write_configuration node')).toBe('apiVersion: kubeadm.k8s.io/v1beta4\nkind: UpgradeConfiguration\nnode:\n  imagePullPolicy: IfNotPresent\n');
  });

  test('patches, and what is left alone', () => {
    expect(call('', 'PATCHES=/etc/kubernetes/patches CERTIFICATES=keep ETCD=keep IGNORE_PREFLIGHT=Swap; write_configuration apply')).toBe(`apiVersion: kubeadm.k8s.io/v1beta4
kind: UpgradeConfiguration
apply:
  imagePullPolicy: IfNotPresent
  ignorePreflightErrors:
  - Swap
  certificateRenewal: false
  etcdUpgrade: false
  patches:
    directory: "/etc/kubernetes/patches"
`);
  });

  test('what was read of its manifests before is forgotten, as they are new', () => {
    expect(call('1.35.4', 'touch "$RECORD/etcd.settings" "$RECORD/kube-apiserver.pod"; upgrade_by_kubeadm >/dev/null; ls "$RECORD"').trim().split('\n')).toEqual(['how', 'kubeadm.log', 'role', 'upgrade.yaml']);
  });
}));
