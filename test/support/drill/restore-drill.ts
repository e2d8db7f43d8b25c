import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { AFTER, BEFORE, Beginning, Judge } from './judge';
import { OperationResult } from './operation-record';
import { PersonsRun } from './persons-run';
import { takeBackup } from './take-backup';
import { StubCluster, StubClusterOptions } from '../stub/cluster';
import { StubMachine } from '../stub/machine';
import { until } from '../wait';

/** What sets a restore apart from the plain one. */
export interface StubRestoreOrder {
  /** @default the first */
  readonly holder?: StubMachine;
  /** Where it is run. @default everywhere */
  readonly machines?: readonly StubMachine[];
  /** Further arguments of the holder. */
  readonly args?: readonly string[];
  /** Further arguments of everyone. */
  readonly everywhere?: readonly string[];
  /** Variables of everyone. */
  readonly env?: Record<string, string>;
  /** Where the program is hit, by the machine's name. */
  readonly failpoints?: Record<string, string>;
}

/** A cluster with a backup and a history after it, and persons who restore it. */
export class StubRestoreDrill {
  /** Holds a drill, and removes the cluster afterwards. */
  static async with(options: StubClusterOptions, act: (drill: StubRestoreDrill) => Promise<void>): Promise<void> {
    const drill = await StubRestoreDrill.begin(options);
    try {
      await act(drill);
    } finally {
      await drill.cluster.destroy();
    }
  }

  static async begin(options: StubClusterOptions): Promise<StubRestoreDrill> {
    const drill = new StubRestoreDrill(await StubCluster.start(options));
    await drill.renew();
    return drill;
  }

  readonly judge: Judge;
  /** Name of the backup. */
  backup = '';
  beginning!: Beginning;

  private constructor(readonly cluster: StubCluster) {
    this.judge = new Judge(cluster);
  }

  get machines(): StubMachine[] {
    return this.cluster.machines;
  }

  /** Takes a backup, and makes a history after it. */
  async renew(): Promise<void> {
    const { client } = this.cluster;
    await client.put(BEFORE, 'x');
    await client.delete(AFTER);
    this.backup = await takeBackup(this.cluster);
    await client.delete(BEFORE);
    await client.put(AFTER, 'x');
    await this.remember();
  }

  /** Remembers the state as it is now: after an aborted restore it has to be the same. */
  async remember(): Promise<void> {
    const { clusterId } = await this.cluster.seenBy(this.cluster.members[0]);
    if (!this.judge.clusters.includes(clusterId)) this.judge.clusters.push(clusterId);
    this.beginning = {
      clusterId,
      states: new Map(this.machines.map((machine) => [machine.name, machine.state])),
      revision: Number(this.backup.split('-r')[1]),
    };
  }

  /** What runs on each machine, by the process ids. */
  get running(): Record<string, number>[] {
    return this.machines.map((machine) => machine.running);
  }

  /** Changes a manifest; the kubelet starts the component anew. */
  async edit(machine: StubMachine, component: string, change: (text: string) => string): Promise<void> {
    const file = join(machine.manifests, `${component}.yaml`);
    const before = machine.running[component];
    writeFileSync(file, change(readFileSync(file, 'utf8')), { mode: 0o600 });
    await until(`${component} runs with the changed manifest`, () => machine.running[component] !== 0 && machine.running[component] !== before, 60);
    await this.cluster.waitUntilReady();
  }

  /** Starts a restore on every machine, as persons do. */
  start(id: string, order: StubRestoreOrder = {}): Map<string, PersonsRun> {
    const { holder = this.machines[0], machines = this.machines } = order;
    return new Map(machines.map((machine) => [machine.name, this.startOn(machine, id, { ...order, holder })]));
  }

  startOn(machine: StubMachine, id: string, order: StubRestoreOrder): PersonsRun {
    const { holder = this.machines[0], args = [], everywhere = [], env = {}, failpoints = {} } = order;
    const members = machine.hasEtcd ? [] : ['--members', this.cluster.membersByUrl];
    const apart = this.machines.filter(({ hasEtcd }) => !hasEtcd).map(({ name }) => name);
    const role = machine === holder ? ['--at', this.backup, ...args] : ['--holder', holder.name, ...machine.hasEtcd ? [] : ['--api']];
    const failpoint: Record<string, string> = failpoints[machine.name] ? { FAILPOINT: failpoints[machine.name] } : {};
    return this.type(machine, [...role, '--id', id, ...members, ...apart.length > 0 ? ['--with', apart.join(' ')] : [], ...everywhere], { ...env, ...failpoint });
  }

  /** What a person types on a machine. */
  type(machine: StubMachine, args: readonly string[], env: Record<string, string> = {}): PersonsRun {
    return new PersonsRun(machine.restore(args, env));
  }

  /** Waits until the restore has ended on machines, whatever came of it. */
  async ended(id: string, among: { machines?: readonly StubMachine[]; seconds?: number } = {}): Promise<OperationResult[]> {
    const { machines = this.machines, seconds = 240 } = among;
    await Promise.all(machines.map((machine) => until(`restore ${id} ends on ${machine.name}`, () => {
      if (machine.record(id).ended) return true;
      throw new Error(machine.record(id).lastLines);
    }, seconds)));
    return machines.map((machine) => machine.record(id).result!);
  }

  /** Waits until it holds at a failpoint. */
  async holds(id: string, machine: StubMachine, failpoint: string, seconds = 180): Promise<void> {
    await until(`${machine.name} holds at ${failpoint}`, () => {
      if (machine.record(id).held.includes(failpoint)) return true;
      throw new Error(machine.record(id).lastLines);
    }, seconds);
  }

  /** Waits until it is restored everywhere; what isn't as promised, in words. */
  async faultsOfRestored(id: string, machines: readonly StubMachine[] = this.machines): Promise<string[]> {
    const results = await this.ended(id, { machines });
    return [...this.unexpected(results, machines, 'restored 0'), ...await this.judge.faultsOfRestored(id, this.beginning, machines)];
  }

  /** Waits until it is aborted everywhere; what isn't as promised, in words. */
  async faultsOfReturn(id: string, machines: readonly StubMachine[] = this.machines): Promise<string[]> {
    const results = await this.ended(id, { machines });
    await this.cluster.waitUntilReady(machines);
    return [...this.unexpected(results, machines, 'aborted 1'), ...await this.judge.faultsOfReturn(this.beginning, machines)];
  }

  private unexpected(results: readonly OperationResult[], machines: readonly StubMachine[], wanted: string): string[] {
    return results.flatMap(({ outcome, status, message, fix }, index) => {
      const got = `${outcome} ${status}`;
      return got === wanted ? [] : [`${machines[index].name} says ${got} in place of ${wanted}: ${message}: ${fix}`];
    });
  }
}
