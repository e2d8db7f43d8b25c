import { join } from 'path';
import { snapshotOnNode } from './database';
import { Program } from '../../src/runtime/program';
import { NodeAccess } from '../../test/lab/node-access';
import { Tool } from '../../test/toolchain/tool';
import { toolchain } from '../../test/toolchain/toolchain';

/** A way to restore a cluster from the snapshot on its nodes. The old data stays on them as `before-<run>`. */
export type Procedure = (nodes: NodeAccess[], run: string) => Promise<void>;

function everywhere(nodes: NodeAccess[], script: string, ...parameters: string[]): Promise<string[]> {
  return Promise.all(nodes.map((node) => node.shell(script, node.name, ...parameters)));
}

/** The usual procedure of the guides, as a script that acts on all nodes at the same time: stop all, restore each, start all. */
export const manual: Procedure = async (nodes, run) => {
  const initialCluster = nodes.map(({ name, address }) => `${name}=https://${address}:2380`).join(',');
  const ended = 'mkdir -p /root/manifests; mv "/etc/kubernetes/manifests/$2.yaml" /root/manifests/; while pidof "$2" >/dev/null; do sleep 0.2; done';
  await everywhere(nodes, ended, 'kube-apiserver');
  await everywhere(nodes, ended, 'etcd');
  await everywhere(nodes, `
    mkdir -p "/var/lib/etcd/before-$2"
    mv /var/lib/etcd/member "/var/lib/etcd/before-$2/"
    peer=$(sed -n 's/.*--initial-advertise-peer-urls=//p' /root/manifests/etcd.yaml)
    /root/kit/bin/etcdutl snapshot restore "$3" --name "$1" --initial-cluster "$4" --initial-cluster-token "$2" --initial-advertise-peer-urls "$peer" \
      --bump-revision 1000000000 --mark-compacted --data-dir "/var/lib/etcd/restored-$2" >/root/restore.log 2>&1
    mv "/var/lib/etcd/restored-$2/member" /var/lib/etcd/member`, run, snapshotOnNode, initialCluster);
  await everywhere(nodes, 'mv /root/manifests/*.yaml /etc/kubernetes/manifests/');
};

/** The program, by hand on every node. A Job would add the start of its pods. */
export const program: Procedure = async (nodes, run) => {
  const [holder, ...followers] = nodes;
  const members = nodes.map(({ name, address }) => `${name}=https://${address}:2379`).join(' ');
  const restore = (node: NodeAccess, ...args: string[]) =>
    node.run(['sh', '/root/kit/restore.sh', '--id', run, '--members', members, ...args], { timeoutSeconds: 900 });
  await Promise.all([
    restore(holder, '--file', snapshotOnNode),
    ...followers.map((node) => restore(node, '--holder', holder.name)),
  ]);
};

/** Copies to the nodes what `program` needs of a break-glass kit. */
export async function installKit(nodes: NodeAccess[], etcd: Tool): Promise<void> {
  const folder = join(__dirname, '..', '..', 'programs');
  const { files } = Program.RESTORE;
  for (const node of nodes) {
    for (const file of files) await node.copyTo(join(folder, file), `/root/kit/${file}`);
    await node.copyTo(toolchain.busybox.path(), '/root/kit/bin/busybox', '700');
    for (const tool of ['etcd', 'etcdctl', 'etcdutl']) await node.copyTo(etcd.path(tool), `/root/kit/bin/${tool}`, '700');
    await node.writeFile('/root/kit/cluster.env', 'CLUSTER=bench\n');
  }
}
