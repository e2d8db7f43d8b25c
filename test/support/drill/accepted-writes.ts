import { readFileSync } from 'fs';
import { StubMachine } from '../stub/machine';

/** A write that a cluster has accepted from an API server. It was sent and answered at these nanoseconds. */
export interface AcceptedWrite {
  readonly machine: string;
  readonly sent: bigint;
  readonly answered: bigint;
  readonly clusterId: string;
  readonly revision: number;
  readonly value: string;
}

/** All writes that were accepted so far, the first answered first. */
export function writesOf(machines: readonly StubMachine[]): AcceptedWrite[] {
  const writers = machines.filter(({ hasApi }) => hasApi);
  const writes = writers.flatMap((machine) => linesOf(machine.auditLog).map(([sent, answered, clusterId, revision, value]) => (
    { machine: machine.name, sent: BigInt(sent), answered: BigInt(answered), clusterId, revision: Number(revision), value }
  )));
  return writes.sort((a, b) => Number(a.answered - b.answered));
}

function linesOf(log: string): string[][] {
  try {
    return readFileSync(log, 'utf8').split('\n').map((line) => line.split(' ')).filter((words) => words.length === 5);
  } catch {
    return [];
  }
}

/**
 * Writes that show that more than one cluster served, in words: those of an unknown cluster, and those that a cluster accepted although
 * they were sent after its successor had accepted one. @param clusters ids in the order in which they may serve.
 */
export function turnedBack(writes: readonly AcceptedWrite[], clusters: readonly string[]): string[] {
  const foreign = writes.filter(({ clusterId }) => !clusters.includes(clusterId));
  const late = clusters.slice(1).flatMap((successor, index) => {
    const first = writes.find(({ clusterId }) => clusterId === successor);
    return first === undefined ? [] : writes.filter(({ clusterId, sent }) => clusterId === clusters[index] && sent > first.answered);
  });
  const tell = ({ machine, clusterId, revision }: AcceptedWrite) => `${machine} wrote revision ${revision} to ${clusterId}`;
  return [
    ...foreign.slice(0, 3).map((write) => `${tell(write)}, which is none of ${clusters.join(', ')}`),
    ...late.slice(0, 3).map((write) => `${tell(write)} after the restored cluster had taken writes`),
  ];
}
