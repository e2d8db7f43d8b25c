import { NodeAccess } from './node-access';
import { until } from '../support/wait';

const manifest = (component: string) => ({ inPlace: `/etc/kubernetes/manifests/${component}.yaml`, aside: `/etc/kubernetes/${component}.yaml.aside` });

/** Sends a signal to every process of a program on a node, be it in a pod or not. Throws when there is none. */
export async function killProcess(node: NodeAccess, program: string, signal: string = 'KILL'): Promise<void> {
  await node.run(['pkill', '--signal', signal, '--full', processPattern(program)]);
}

export async function isRunning(node: NodeAccess, program: string): Promise<boolean> {
  return (await node.exec(['pgrep', '--full', processPattern(program)])).exitCode === 0;
}

/** Kills the containers of a pod on a node at once, as an out-of-memory kill would. Throws when none of them runs. */
export async function killPod(node: NodeAccess, namespace: string, pod: string): Promise<void> {
  await node.shell(`
    running=$(ctr -n k8s.io tasks list | awk '$3 == "RUNNING" { print $1 }')
    killed=
    for id in $(ctr -n k8s.io containers list -q "labels.\\"io.kubernetes.pod.namespace\\"==$1,labels.\\"io.kubernetes.pod.name\\"==$2"); do
      case $running in *$id*) ctr -n k8s.io tasks kill --signal SIGKILL "$id"; killed=yes ;; esac
    done
    [ "$killed" ] || { echo "no container of pod $1/$2 is running" >&2; exit 1; }`, namespace, pod);
}

/** Cuts the network between two groups of nodes, in both directions, for nodes and pods alike. What is lost is lost silently. */
export async function partition(these: NodeAccess[], those: NodeAccess[]): Promise<void> {
  const block = (nodes: NodeAccess[], others: NodeAccess[]) => nodes.map((node) => node.shell(`
    iptables -w -t raw -N PARTITION 2>/dev/null && iptables -w -t raw -I PREROUTING -j PARTITION
    for address; do iptables -w -t raw -A PARTITION -s "$address" -j DROP; done`, ...others.map(({ address }) => address)));
  await Promise.all([...block(these, those), ...block(those, these)]);
}

/** Undoes every partition that these nodes are part of. */
export async function heal(nodes: NodeAccess[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.shell('if iptables -w -t raw -n -L PARTITION >/dev/null 2>&1; then iptables -w -t raw -F PARTITION; fi')));
}

/**
 * Stops a static pod as an administrator does: its manifest is moved aside.
 *
 * @param component kube-apiserver, etcd, kube-scheduler or kube-controller-manager.
 */
export async function stopStaticPod(node: NodeAccess, component: string, timeoutSeconds: number = 60): Promise<void> {
  const { inPlace, aside } = manifest(component);
  await node.run(['mv', inPlace, aside]);
  await until(`${component} on ${node.name} has stopped`, async () => !await isRunning(node, component), timeoutSeconds);
}

/** Puts the manifest back, and waits until the process is there; it may take some more seconds until it answers. */
export async function startStaticPod(node: NodeAccess, component: string, timeoutSeconds: number = 60): Promise<void> {
  const { inPlace, aside } = manifest(component);
  await node.run(['mv', aside, inPlace]);
  await until(`${component} on ${node.name} has started`, () => isRunning(node, component), timeoutSeconds);
}

/** From the beginning of the command line, so that scripts which merely name the program aren't meant. */
function processPattern(program: string): string {
  return `^([^ ]*/)?${program}( |$)`;
}
