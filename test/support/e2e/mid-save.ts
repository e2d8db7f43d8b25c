import { randomBytes } from 'crypto';
import { Kubernetes } from './kubernetes';
import { killProcess } from '../../lab/faults';
import { NodeAccess } from '../../lab/node-access';

/** Fills the database with random data, so that a save takes long enough to be caught. */
export async function fatten(kubernetes: Kubernetes, mebibytes: number): Promise<void> {
  const items = Array.from({ length: mebibytes }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `fat-${i}`, namespace: kubernetes.namespace },
    binaryData: { fat: randomBytes(700 * 1024).toString('base64') },
  }));
  await kubernetes.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

/** Waits until a snapshot is partly written, and stops the save there, until `goOn`. */
export async function stopMidSave(node: NodeAccess, folder: string, timeoutSeconds: number = 60): Promise<void> {
  await node.run(['sh', '-euc', `
    deadline=$(($(date +%s) + $2))
    while [ "$(date +%s)" -lt "$deadline" ]; do
      for part in "$1"/.incomplete-*/snapshot.db.part; do
        if [ -s "$part" ] && pkill -STOP --full "^etcdctl .*snapshot save" && [ -e "$part" ]; then exit 0; fi
      done
    done
    echo "no save was caught in $1" >&2
    exit 1`, 'sh', folder, String(timeoutSeconds)], { timeoutSeconds: timeoutSeconds + 10 });
}

/** Lets the save go on. */
export function goOn(node: NodeAccess): Promise<void> {
  return killProcess(node, 'etcdctl', 'CONT');
}
