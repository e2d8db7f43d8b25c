import { readFileSync, statSync, writeFileSync } from 'fs';
import { join } from 'path';
import { contentOf, storedByPeople } from './content';
import { AFTER, BEFORE, Beginning, Judge } from './judge';
import { OperationResult } from './operation-record';
import { PersonsRun } from './persons-run';
import { takeBackup } from './take-backup';
import { KeyValue } from '../etcd/etcd-client';
import { readSnapshot } from '../etcd/restored-snapshot';
import { StubCluster, StubClusterOptions } from '../stub/cluster';
import { StubMachine } from '../stub/machine';
import { sleep, until } from '../wait';

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

export interface StubDrillOptions extends StubClusterOptions {
  /** Why the data is not looked at when the test has ended. @default - it is */
  readonly unjudged?: string;
}

/** What the judge at the end can't know by itself. */
export interface DrillEnd {
  /** The restore whose data serves, where its records are gone. @default - the last one that a record calls restored */
  readonly restored?: string;
  /** Which machines should serve. @default - those that call themselves restored, or all that are on */
  readonly machines?: readonly StubMachine[];
  /** Faults that the test itself has caused, in words. @default - none */
  readonly caused?: RegExp;
}

/** A cluster with a backup and a history after it, and persons who restore it. */
export class StubRestoreDrill {
  /** Holds a drill, looks at the data when it is over, and removes the cluster. */
  static async with(options: StubDrillOptions, act: (drill: StubRestoreDrill) => Promise<void>): Promise<void> {
    const drill = await StubRestoreDrill.begin(options);
    try {
      await act(drill);
      const faults = options.unjudged ? [] : await drill.faultsAtEnd();
      if (faults.length > 0) throw new Error(`at the end:\n${faults.join('\n')}`);
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
  /** What only the test knows of its end. */
  end: DrillEnd = {};
  /** Which backup a restore takes whose line does not name it, by the restore's id. */
  readonly chosen = new Map<string, string>();
  /** Restores that the test goes on from. */
  private settled = new Set<string>();

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
      content: await contentOf(this.cluster.members[0]),
      revision: Number(this.backup.split('-r')[1]),
    };
    this.settled = new Set(this.claims);
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
    const { machines = this.machines, seconds = 360 } = among;
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

  /**
   * What isn't as promised when a test is over, in words, by the data itself. Where a record says `restored`, the backup serves that was asked
   * for, and nothing later. Otherwise everything is as it was remembered.
   */
  async faultsAtEnd(): Promise<string[]> {
    const on = this.machines.filter((machine) => machine.on);
    const id = this.end.restored ?? this.claims.filter((claim) => !this.settled.has(claim)).at(-1);
    const said = id === undefined ? on : on.filter((machine) => machine.record(id).result?.outcome === 'restored');
    const { machines = said, caused } = this.end;
    const backup = id === undefined ? undefined : await this.contentOfBackup(id);
    const look = async () => {
      const found = backup ? this.judge.faultsOfBackup(backup, this.beginning, machines) : this.judge.faultsOfReturn(this.beginning, machines);
      return (await found).filter((fault) => !caused?.test(fault));
    };
    await this.cluster.waitUntilReady(machines, 60);
    // What was started a moment ago may still be catching up.
    let faults = await look();
    for (const end = Date.now() + 15_000; faults.length > 0 && Date.now() < end;) {
      await sleep(500);
      faults = await look();
    }
    return faults;
  }

  /** The restores that a record calls restored, the one that ended last is the last. */
  private get claims(): string[] {
    const records = this.machines.flatMap((machine) => machine.operationIds.map((id) => ({ id, record: machine.record(id) })));
    const endOf = (folder: string) => statSync(join(folder, 'result')).mtimeMs;
    const claims = records.filter(({ record }) => record.result?.outcome === 'restored').sort((one, other) => endOf(other.record.folder) - endOf(one.record.folder));
    return [...new Set(claims.map(({ id }) => id))].reverse();
  }

  /** What is in the backup that a person has asked for. The records are not asked: they are what is judged. */
  private async contentOfBackup(id: string): Promise<readonly KeyValue[]> {
    const lines = this.machines.flatMap(({ typed }) => typed).filter((words) => words[words.indexOf('--id') + 1] === id);
    const after = (option: string) => lines.filter((words) => words.includes(option)).map((words) => words[words.indexOf(option) + 1]).at(-1);
    const name = this.chosen.get(id) ?? after('--at');
    const known = name === undefined ? undefined : this.cluster.contents.get(name);
    if (known) return known;
    const file = name === undefined ? after('--file') : join(this.cluster.backups, name, 'snapshot.db');
    if (file === undefined) throw new Error(`which backup ${id} has restored is not known here: set chosen`);
    return storedByPeople((await readSnapshot(this.cluster.etcd, file)).keys);
  }

  private unexpected(results: readonly OperationResult[], machines: readonly StubMachine[], wanted: string): string[] {
    return results.flatMap(({ outcome, status, message, fix }, index) => {
      const got = `${outcome} ${status}`;
      return got === wanted ? [] : [`${machines[index].name} says ${got} in place of ${wanted}: ${message}: ${fix}`];
    });
  }
}
