import { mkdirSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { ClusterAccess } from './cluster-access';
import { NodeAccess } from './node-access';

/** Writes what every node and the API have to say into a folder, which is emptied before. What can't be had is told there, too. */
export async function collectLogs(cluster: ClusterAccess, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const write = async (file: string, content: Promise<string>) => {
    writeFileSync(join(folder, file), await content.catch((error: Error) => error.message));
  };
  const nodes = [...cluster.controlPlanes, ...cluster.workers, ...cluster.etcdMembers];
  await Promise.all(nodes.flatMap((node) => [
    write(`${node.name}.journal.log`, journalOf(node)),
    write(`${node.name}.pods.log`, podLogsOf(node)),
  ]));
  for (const what of ['nodes', 'pods', 'jobs,cronjobs', 'events']) {
    const args = ['get', what, '--all-namespaces', '-o', 'yaml', '--request-timeout=5s'];
    await write(`${what.replace(',', '-')}.yaml`, cluster.kubectl(args).then(({ stdout, stderr }) => stdout + stderr));
  }
}

function journalOf(node: NodeAccess): Promise<string> {
  return node.run(['journalctl', '--no-pager', '--output=short-precise', '--boot'], { timeoutSeconds: 20 });
}

/** The end of each container's log. */
function podLogsOf(node: NodeAccess): Promise<string> {
  const files = 'if [ -d /var/log/pods ]; then find /var/log/pods -name "*.log" -exec tail -v -n 1000 {} +; fi';
  return node.run(['sh', '-c', files], { timeoutSeconds: 20 });
}
