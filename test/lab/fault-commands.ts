import { Cluster } from './cluster';
import { emptyDisk, fillDisk, mountDisk, removeDisk, slowDisk } from './disk-faults';
import { heal, killPod, killProcess, partition, startStaticPod, stopStaticPod } from './faults';

export interface FaultCommand {
  readonly usage: string;
  readonly summary: string;
  readonly run: (cluster: Cluster, args: string[]) => Promise<void>;
}

/** The fault tools at the command line. */
export const faultCommands: Record<string, FaultCommand> = {
  'power-off': {
    usage: 'NODE…',
    summary: 'cut the power of nodes',
    run: (cluster, names) => each(names, (name) => cluster.node(name).powerOff()),
  },
  'power-on': {
    usage: 'NODE…',
    summary: 'boot nodes',
    run: (cluster, names) => each(names, (name) => cluster.node(name).powerOn()),
  },
  'freeze': {
    usage: 'NODE…',
    summary: 'stop nodes where they stand, as machines that hang',
    run: (cluster, names) => each(names, (name) => cluster.node(name).freeze()),
  },
  'thaw': {
    usage: 'NODE…',
    summary: 'let frozen nodes go on',
    run: (cluster, names) => each(names, (name) => cluster.node(name).thaw()),
  },
  'partition': {
    usage: 'NODE,… NODE,…',
    summary: 'cut the network between two groups of nodes',
    run: (cluster, [these, those]) => partition(nodesOf(cluster, these), nodesOf(cluster, those)),
  },
  'heal': {
    usage: '',
    summary: 'undo every partition',
    run: (cluster) => heal(cluster.nodes.filter(({ running }) => running)),
  },
  'kill': {
    usage: 'NODE PROGRAM [SIGNAL]',
    summary: 'send KILL or another signal to the processes of a program',
    run: (cluster, [node, program, signal]) => killProcess(cluster.node(node), program, signal),
  },
  'kill-pod': {
    usage: 'NODE NAMESPACE POD',
    summary: 'kill the containers of a pod',
    run: (cluster, [node, namespace, pod]) => killPod(cluster.node(node), namespace, pod),
  },
  'stop': {
    usage: 'NODE COMPONENT',
    summary: 'move the manifest of kube-apiserver, etcd or another static pod aside, and wait for its end',
    run: (cluster, [node, component]) => stopStaticPod(cluster.node(node), component),
  },
  'start': {
    usage: 'NODE COMPONENT',
    summary: 'put the manifest back',
    run: (cluster, [node, component]) => startStaticPod(cluster.node(node), component),
  },
  'disk': {
    usage: 'NODE FOLDER MEBIBYTES',
    summary: 'mount a disk of a fixed size at a folder; 0 takes it away again',
    run: (cluster, [name, folder, size]) => {
      const node = cluster.node(name);
      return Number(size) === 0 ? removeDisk(node, folder) : mountDisk(node, folder, Number(size));
    },
  },
  'fill': {
    usage: 'NODE FOLDER [KIBIBYTES]',
    summary: 'fill the disk of a folder up, but for so much',
    run: (cluster, [node, folder, leave = '0']) => fillDisk(cluster.node(node), folder, Number(leave)),
  },
  'empty': {
    usage: 'NODE FOLDER',
    summary: 'undo fill',
    run: (cluster, [node, folder]) => emptyDisk(cluster.node(node), folder),
  },
  'slow': {
    usage: 'NODE FOLDER KIBIBYTES-PER-SECOND',
    summary: 'slow the disk of a folder down; 0 undoes it',
    run: (cluster, [node, folder, rate]) => slowDisk(cluster.node(node), folder, Number(rate)),
  },
};

function nodesOf(cluster: Cluster, names: string): Cluster['nodes'] {
  return names.split(',').map((name) => cluster.node(name));
}

async function each(names: string[], work: (name: string) => Promise<void>): Promise<void> {
  await Promise.all(names.map(work));
}
