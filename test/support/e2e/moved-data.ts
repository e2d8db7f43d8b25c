import { Stage } from '../../e2e/stage';
import { NodeAccess } from '../../lab/node-access';

const manifests = '/etc/kubernetes/manifests';

/** Where the data is then. */
export const moved = '/var/lib/etcd-from-backup';

/** What courses teach: etcd is stopped, its data is in a new folder, and the volume of the manifest is pointed there. The flag stays. */
export async function pointAtNewFolder(stage: Stage, node: NodeAccess): Promise<void> {
  await node.shell(`
    mv ${manifests}/etcd.yaml /root/etcd.yaml
    while pidof etcd >/dev/null; do sleep 0.5; done
    cp -a /var/lib/etcd ${moved}
    awk '/path: \\/var\\/lib\\/etcd$/ { sub("/var/lib/etcd", "${moved}") } { print }' /root/etcd.yaml >/root/moved.yaml
    grep -q 'path: ${moved}' /root/moved.yaml
    cp /root/moved.yaml ${manifests}/etcd.yaml`);
  await stage.cluster.waitUntilReady();
}
