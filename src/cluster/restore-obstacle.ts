import * as path from 'path';
import { Document, isAlias, isSeq, visit } from 'yaml';
import { EtcdFlags } from './etcd-flags';

/** The parts of a static pod that decide whether a restore can read it, swap its data and rewrite it. */
export interface RestorablePod {
  readonly flags: EtcdFlags;
  /** The first word of the container's command; undefined where it has only arguments. */
  readonly program?: string;
  /** The lists `command` and `args`, as they are written. */
  readonly lists: unknown[];
  /** Names of the container's variables. */
  readonly variables: string[];
  readonly mountPaths: string[];
  readonly hostNetwork: boolean;
  readonly document: Document;
}

/**
 * Why programs/restore.sh would refuse the pod on its machine, or undefined. Only a restore needs it: a backup can be taken all the same. The
 * programs check it again on the machine, and check more than this function does.
 */
export function restoreObstacle(pod: RestorablePod): string | undefined {
  const { flags, program, mountPaths } = pod;
  const dataFolder = flags.required('data-dir').replace(/\/$/, '');
  const below = mountPaths.find(mount => mount.startsWith(`${dataFolder}/`));
  if (program !== undefined && path.posix.basename(program) !== 'etcd') return `${program} starts etcd: make etcd itself the container's command`;
  if (below !== undefined) return `a volume is mounted at ${below}, below the data folder: have all of ${dataFolder} on one volume`;
  if (!pod.hostNetwork) return 'hostNetwork is not true: etcd is looked for on the host\'s network';
  if (hasAliases(pod.document)) return 'the manifest has anchors and aliases: write it out';
  return flagsObstacle(flags) ?? joiningObstacle(pod);
}

/** Why a restore would refuse the flags, from a manifest or from a command line. */
export function flagsObstacle(flags: EtcdFlags): string | undefined {
  const wal = flags.value('wal-dir');
  const forgets = flags.value('force-new-cluster');
  if (forgets !== undefined && !['', 'false', '0', 'f', 'F'].includes(forgets)) {
    return '--force-new-cluster makes etcd forget all other members at each start: take the flag out';
  }
  return wal === undefined ? undefined : `--wal-dir=${wal} can't be swapped together with the data: put the log into the data folder`;
}

/** Why a restore couldn't rewrite the flags that say which cluster etcd joins: with several members it does on all but one, line by line. */
function joiningObstacle({ flags, lists, variables }: RestorablePod): string | undefined {
  const discovery = ['discovery', 'discovery-srv', 'discovery-endpoints'].find(flag => flags.value(flag) !== undefined);
  if (discovery !== undefined) return `--${discovery} can't stand beside --initial-cluster: take it out, etcd needs it only at its first start`;
  if (flags.list('initial-cluster').length < 2) return undefined;
  const variable = variables.find(name => name.startsWith('ETCD_INITIAL_CLUSTER'));
  if (variable !== undefined) return `the variable ${variable} says whom etcd joins: write it as a flag`;
  return lists.some(list => isSeq(list) && list.flow) ? 'etcd\'s command is in flow style: write a line for each flag' : undefined;
}

function hasAliases(document: Document): boolean {
  let found = false;
  visit(document, (_, node) => {
    found ||= isAlias(node);
  });
  return found;
}
