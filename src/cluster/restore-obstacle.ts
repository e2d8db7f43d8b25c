import * as path from 'path';
import { Document, isAlias, isSeq, visit } from 'yaml';
import { EtcdFlags } from './etcd-flags';

/** What of a static pod decides whether a restore can read, swap and rewrite it. */
export interface RestorablePod {
  readonly flags: EtcdFlags;
  /** The first word of the container's command; undefined where it has arguments alone. */
  readonly program?: string;
  /** The lists of its words, as they are written. */
  readonly lists: unknown[];
  /** Names of the container's variables. */
  readonly variables: string[];
  readonly mountPaths: string[];
  readonly hostNetwork: boolean;
  readonly document: Document;
}

/**
 * Why programs/restore.sh would refuse the pod on its machine, or undefined. A backup can be taken all the same: so it is asked where a restore
 * is described, and the programs ask it again, of more than stands here.
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

/** What of the flags alone is in the way, wherever they were read. */
export function flagsObstacle(flags: EtcdFlags): string | undefined {
  const wal = flags.value('wal-dir');
  return wal === undefined ? undefined : `--wal-dir=${wal} can't be swapped together with the data: put the log into the data folder`;
}

/** Of several members all but one are told whom they join, by a line for each flag. */
function joiningObstacle({ flags, lists, variables }: RestorablePod): string | undefined {
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
