import { mkdtempSync, rmSync } from 'fs';
import assert from 'node:assert/strict';
import { tmpdir } from 'os';
import { join } from 'path';
import { EtcdCertificates } from '../../../src/cluster/etcd-certificates';
import { NodeAccess } from '../../lab/node-access';
import { BreakGlass } from '../../support/e2e/break-glass';
import { externalCluster } from '../../support/e2e/chart';
import { announcePeerUrl, peerUrlsSeenBy } from '../../support/e2e/members';
import { moved, pointAtNewFolder } from '../../support/e2e/moved-data';
import { RestoreDrill } from '../../support/e2e/restore';
import { makeStrangersEtcd } from '../../support/strangers-etcd';
import { Scenario } from '../scenario';
import { Stage } from '../stage';

const manifests = '/etc/kubernetes/manifests';

/** Variables of a person's shell that must not mislead the programs. */
const proxy = 'https_proxy=http://127.0.0.1:9 HTTPS_PROXY=http://127.0.0.1:9 ETCDCTL_API=2 ETCDCTL_ENDPOINTS=http://127.0.0.1:9';

export const restoredByHandBefore: Scenario = {
  group: 16,
  promise: 'a cluster that was restored before as every course teaches, the manifest\'s hostPath pointed at the new folder, is restored: the data that serves, not the folder of that name',
  run: async (stage) => {
    for (const node of stage.cluster.controlPlanes) await pointAtNewFolder(stage, node);
    const left = await Promise.all(stage.cluster.controlPlanes.map(listNamesake));
    const drill = await RestoreDrill.begin(stage, 'moved', {}, undefined, moved);
    const restoreId = drill.idFor('moved');
    await strangerRuns(stage, drill.node);
    await drill.start({ restoreId });
    await drill.assertRestored(restoreId);
    assert.deepEqual(await Promise.all(stage.cluster.controlPlanes.map(listNamesake)), left, 'the folders of that name are as they were');
    await assertStrangerUntouched(drill.node);
  },
};

export const byHandBehindProxy: Scenario = {
  group: 16,
  promise: 'a proxy and etcdctl\'s variables in root\'s shell change nothing of what a person restores by hand',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'proxied');
    const glass = await BreakGlass.find(drill);
    const restoreId = drill.idFor('proxied');
    assert.match(await glass.succeeds(drill.node, `${proxy} sh restore.sh --latest --dry-run`), /can be restored here/);
    await glass.succeeds(drill.node, `${proxy} sh restore.sh --latest --id ${restoreId}`);
    await drill.assertRestored(restoreId);
  },
};

export const kubesprayEtcd: Scenario = {
  group: 16,
  promise: 'an etcd as kubespray runs it, everything in /etc/etcd.env, is restored by hand, also with a proxy in root\'s shell',
  run: async (stage) => {
    const { etcdMembers: [holder, ...followers], controlPlanes: [api] } = stage.cluster;
    for (const node of stage.cluster.etcdMembers) await asKubesprayHasIt(stage, node);
    const etcd = externalCluster(stage, 'sprayed', EtcdCertificates.fromHostFolder('/etc/kubernetes/pki/etcd'));
    const drill = await RestoreDrill.begin(stage, 'sprayed', {}, etcd);
    const glass = await BreakGlass.find(drill);
    const restoreId = drill.idFor('sprayed');
    const printed = await glass.leaves(holder, `${proxy} sh restore.sh --latest --id ${restoreId} --with ${api.name}`);
    const [, line] = /^ {2}(sh restore\.sh --holder .*)$/m.exec(printed) ?? assert.fail(`the followers' line is not in:\n${printed}`);
    await Promise.all([...followers.map((node) => glass.succeeds(node, `${proxy} ${line}`)), glass.succeeds(api, `${line} --api`)]);
    await drill.assertRestored(restoreId);
  },
};

export const membersOnTwoNetworks: Scenario = {
  group: 16,
  promise: 'members that find each other on a network of their own, and clients on another, are restored, and find each other there again',
  run: async (stage) => {
    const { controlPlanes } = stage.cluster;
    for (const node of controlPlanes) await movePeersToAnotherNetwork(stage, node);
    const expected = Object.fromEntries(controlPlanes.map((node) => [node.name, [peerUrlOf(node)]]));
    assert.deepEqual(await peerUrlsSeenBy(controlPlanes[0]), expected, 'the members have moved');
    const drill = await RestoreDrill.begin(stage, 'networks');
    const restoreId = drill.idFor('networks');
    await drill.start({ restoreId });
    await drill.assertRestored(restoreId);
    for (const node of controlPlanes) assert.deepEqual(await peerUrlsSeenBy(node), expected, `the members that ${node.name} lists`);
  },
};

/** On the network that only members use. */
const peerAddressOf = ({ address }: NodeAccess) => address.replace('10.77.', '10.78.');
const peerUrlOf = (node: NodeAccess) => `https://${peerAddressOf(node)}:2380`;

/** One member after the other, as one does it while the cluster serves: address, certificate, the member's entry, manifest. */
async function movePeersToAnotherNetwork(stage: Stage, node: NodeAccess): Promise<void> {
  const names = [node.name, node.address, peerAddressOf(node)];
  await node.writeFile('/root/peer.json', JSON.stringify({
    apiVersion: 'kubeadm.k8s.io/v1beta4', kind: 'ClusterConfiguration', kubernetesVersion: `v${stage.versions.kubernetes}`, etcd: { local: { peerCertSANs: names } },
  }));
  await node.shell(`
    ip address add ${peerAddressOf(node)}/24 dev host0
    rm /etc/kubernetes/pki/etcd/peer.crt /etc/kubernetes/pki/etcd/peer.key
    kubeadm init phase certs etcd-peer --config /root/peer.json`);
  await announcePeerUrl(node, node.name, peerUrlOf(node));
  // The kubelet stops the old pod before it starts the new one.
  await node.shell(`
    sed 's#https://10\\.77\\.0\\.\\([0-9]*\\):2380#https://10.78.0.\\1:2380#g' ${manifests}/etcd.yaml >/root/peers.yaml
    grep -q 'listen-peer-urls=${peerUrlOf(node)}' /root/peers.yaml
    cp /root/peers.yaml ${manifests}/etcd.yaml
    tries=0
    until [ "$(cat /proc/$(pidof etcd)/cmdline 2>/dev/null | tr '\\000' '\\n' | grep -c '^--listen-peer-urls=${peerUrlOf(node)}$')" = 1 ]; do
      [ "$tries" -lt 120 ] || exit 1
      tries=$((tries + 1))
      sleep 1
    done`);
  await stage.cluster.waitUntilReady();
}

/** What is in the folder that the flag names, which no etcd uses any more. */
function listNamesake(node: NodeAccess): Promise<string> {
  return node.run(['ls', '-A', '/var/lib/etcd']);
}

/** Somebody without rights runs a program that is called etcd, with etcd's own flags. It leaves a file if root ever runs it. */
async function strangerRuns(stage: Stage, node: NodeAccess): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-stranger-'));
  try {
    makeStrangersEtcd(join(folder, 'etcd'), '/tmp/nobody/ran');
    await node.shell('rm -rf /tmp/nobody && mkdir -m 777 /tmp/nobody');
    await node.copyTo(join(folder, 'etcd'), '/tmp/nobody/etcd', '755');
  } finally {
    rmSync(folder, { recursive: true });
  }
  stage.atTheEnd(() => node.shell('systemctl stop stranger; rm -rf /tmp/nobody'));
  await node.shell(`systemd-run --quiet --unit=stranger --uid=nobody /tmp/nobody/etcd --idle --data-dir=/var/lib/etcd
    pidof etcd | tr ' ' '\\n' | grep -qx "$(systemctl show --value --property MainPID stranger)"`);
}

async function assertStrangerUntouched(node: NodeAccess): Promise<void> {
  assert.equal((await node.run(['systemctl', 'is-active', 'stranger'])).trim(), 'active', 'the stranger\'s process was not ended');
  assert.equal((await node.shell('ls /tmp/nobody')).trim(), 'etcd', 'root has run nothing of the stranger\'s');
}

/** The same settings as variables of a file, and a command without flags. */
async function asKubesprayHasIt(stage: Stage, node: NodeAccess): Promise<void> {
  await node.shell(`
    cd /etc/systemd/system
    sed -n 's/^ *\\(ExecStart=[^ ]* \\)\\{0,1\\}--\\([a-z-]*\\)=\\(.*[^\\\\ ]\\) *\\\\\\{0,1\\}$/\\2=\\3/p' etcd.service | while IFS='=' read -r name value; do
      echo "ETCD_$(echo "$name" | tr a-z- A-Z_)=$value"
    done >/etc/etcd.env
    grep -q '^ETCD_DATA_DIR=/var/lib/etcd$' /etc/etcd.env
    awk '/^ExecStart=/ { print "EnvironmentFile=/etc/etcd.env"; print "ExecStart=/usr/local/bin/etcd"; more = /\\\\$/; next } more { more = /\\\\$/; next } { print }' etcd.service >/root/etcd.service
    cp /root/etcd.service etcd.service
    systemctl daemon-reload
    systemctl restart etcd`);
  await stage.cluster.waitUntilReady();
}
