import { cpSync, existsSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { AcceptedWrite, turnedBack, writesOf } from './accepted-writes';
import { faultsOfContent } from './content';
import { Daemon } from '../etcd/daemon';
import { EtcdClient, KeyValue } from '../etcd/etcd-client';
import { startPlainEtcd } from '../etcd/plain-etcd';
import { StubCluster } from '../stub/cluster';
import { StubMachine } from '../stub/machine';

/** What was written before and after a backup, so that whoever looks can tell which state serves. */
export const BEFORE = '/registry/before';
export const AFTER = '/registry/after';
export const BUMP = 1_000_000_000;

/** How a cluster was when a restore of it began. */
export interface Beginning {
  readonly clusterId: string;
  readonly states: ReadonlyMap<string, object>;
  /** The backup's revision. */
  readonly revision: number;
  /** All that people had stored. */
  readonly content: readonly KeyValue[];
}

/** Looks at a cluster without the library, and says in words what isn't as promised. */
export class Judge {
  /** Ids of the clusters that have served, in their order. */
  readonly clusters: string[] = [];

  constructor(private readonly cluster: StubCluster) {}

  get writes(): AcceptedWrite[] {
    return writesOf(this.cluster.machines);
  }

  /** The restored cluster serves, whole and alone. @param machines those that are left. */
  async faultsOfRestored(id: string, beginning: Beginning, machines: readonly StubMachine[]): Promise<string[]> {
    const members = machines.filter(({ hasEtcd }) => hasEtcd);
    const clusterId = await this.cluster.seenBy(members[0]).then((seen) => seen.clusterId, () => 'none');
    if (clusterId !== beginning.clusterId && !this.clusters.includes(clusterId)) this.clusters.push(clusterId);
    const faults = [
      ...await this.faultsOfService(machines, { present: BEFORE, absent: AFTER, clusterId }),
      ...clusterId === beginning.clusterId ? ['the cluster is the old one'] : [],
      ...members.filter((machine) => machine.dataBefore(id)?.join() !== 'snap,wal').map(({ name }) => `${name} has not kept its old data`),
      ...members.flatMap((machine) => machine.namesOfData(id).filter((name) => name !== `before-${id}`).map((name) => `${machine.name} has ${name} left`)),
      ...machines.flatMap((machine) => machine.leftovers.map((name) => `${machine.name} has ${name} left`)),
      ...turnedBack(this.writes, this.clusters),
    ];
    if (this.cluster.bumps) {
      const highest = Math.max(0, ...this.writes.filter((write) => write.clusterId === beginning.clusterId).map(({ revision }) => revision));
      const lowest = Math.min(Infinity, ...this.writes.filter((write) => write.clusterId === clusterId).map(({ revision }) => revision));
      if (lowest < beginning.revision + BUMP || lowest <= highest) faults.push(`revisions went back from ${highest} to ${lowest}`);
    }
    return faults;
  }

  /** The old cluster serves with all its data, and nothing is left of the restore. */
  async faultsOfReturn(beginning: Beginning, machines: readonly StubMachine[]): Promise<string[]> {
    return [
      ...await this.faultsOfService(machines, { present: AFTER, absent: BEFORE, clusterId: beginning.clusterId }),
      ...await this.lostWrites(beginning, machines),
      ...await this.lostContent(beginning, machines),
      ...machines.flatMap((machine) => differences(beginning.states.get(machine.name)!, machine.state).map((what) => `${what} of ${machine.name} has changed`)),
      ...turnedBack(this.writes, this.clusters),
    ];
  }

  /**
   * One cluster serves, with all that a backup has, and nothing that the old cluster had later. Writes of after the restore may be there, too.
   *
   * @param said machines that call themselves restored. Another one whose etcd answers has to be of the same cluster.
   */
  async faultsOfBackup(backup: readonly KeyValue[], beginning: Beginning, said: readonly StubMachine[]): Promise<string[]> {
    const members = said.filter(({ hasEtcd }) => hasEtcd);
    if (members.length === 0) return ['a restore is called restored, and none of its members is there to look at'];
    const clusterId = await this.cluster.seenBy(members[0]).then((seen) => seen.clusterId, () => 'none');
    const others = this.cluster.members.filter((machine) => machine.on && !members.includes(machine));
    const answering = await Promise.all(others.map((machine) => machine.client.healthy().catch(() => false)));
    const serving = [...said, ...others.filter((_, index) => answering[index])];
    const old = new Map(beginning.content.map(({ key, modRevision }) => [key, modRevision]));
    const isOld = ({ key, modRevision }: KeyValue) => old.get(key) === modRevision || (this.cluster.bumps && modRevision < beginning.revision + BUMP);
    // A restore that nobody has judged before may have served in between.
    const seen = this.writes.map((write) => write.clusterId).filter((id) => id !== clusterId && !this.clusters.includes(id));
    return [
      ...clusterId === beginning.clusterId ? ['the cluster is the old one'] : [],
      ...await this.faultsOfAnswers(serving, members, clusterId, async (machine) => faultsOfContent(machine, backup, isOld)),
      ...turnedBack(this.writes, [...this.clusters.filter((id) => id !== clusterId), ...new Set(seen), clusterId]),
    ];
  }

  /**
   * A restore that can go neither on nor back has left all members alike: the etcds that serve have one state, whole, and a member that
   * does not serve has kept its old data.
   */
  async faultsBetween(id: string, machines: readonly StubMachine[]): Promise<string[]> {
    const serving = new Map<string, string>();
    const faults = await Promise.all(machines.filter(({ hasEtcd }) => hasEtcd).map(async (machine) => {
      const here = await stateOf(machine.client).catch(() => undefined);
      if (here !== undefined) {
        serving.set(machine.name, here);
        return ['before', 'after'].includes(here) ? [] : [`${machine.name} serves the state ${here}`];
      }
      const kept = await this.stateOnDisk(id, machine);
      return kept === 'after' ? [] : [`${machine.name} does not serve, and has kept the state ${kept}`];
    }));
    const alike = new Set(serving.values()).size <= 1 ? [] : [`members serve several states: ${[...serving].map((pair) => pair.join(' ')).join(', ')}`];
    return [...faults.flat(), ...alike];
  }

  /** What a member has kept of before the restore, read by an etcd of its own from a copy. */
  private async stateOnDisk(id: string, { dataDir }: StubMachine): Promise<string> {
    const folder = [join(dataDir, `before-${id}`, 'member'), join(dataDir, 'member')].find((path) => existsSync(join(path, 'snap', 'db')));
    if (folder === undefined) return 'nothing';
    const copy = mkdtempSync(join(tmpdir(), 'cdk8s-day2-kept-'));
    cpSync(folder, join(copy, 'data', 'member'), { recursive: true });
    let daemon: Daemon | undefined;
    try {
      const etcd = await startPlainEtcd(this.cluster.etcd, copy, '127.0.0.1', ['--force-new-cluster']);
      daemon = etcd.daemon;
      return await stateOf(new EtcdClient(etcd.endpoint));
    } finally {
      await daemon?.stop('SIGKILL');
      rmSync(copy, { recursive: true });
    }
  }

  private async faultsOfService(machines: readonly StubMachine[], wanted: { present: string; absent: string; clusterId: string }): Promise<string[]> {
    return this.faultsOfAnswers(machines, machines, wanted.clusterId, async (machine) => [
      ...await machine.client.get(wanted.present) ? [] : [`${wanted.present} is missing on ${machine.name}`],
      ...await machine.client.get(wanted.absent) ? [`${wanted.absent} is there on ${machine.name}`] : [],
    ]);
  }

  /** @param voting machines whose members everyone has to list as voters. */
  private async faultsOfAnswers(
    machines: readonly StubMachine[], voting: readonly StubMachine[], clusterId: string, faultsOfData: (machine: StubMachine) => Promise<string[]>,
  ): Promise<string[]> {
    const members = machines.filter(({ hasEtcd }) => hasEtcd);
    const voters = this.cluster.members.filter((machine) => voting.includes(machine)).map(({ name }) => `${name} voter`);
    const faults: string[] = [];
    await Promise.all(members.map(async (machine) => {
      try {
        const seen = await this.cluster.seenBy(machine);
        if (seen.clusterId !== clusterId) faults.push(`${machine.name} serves the cluster ${seen.clusterId}, not ${clusterId}`);
        // A member that is lost is still counted by the old cluster.
        const missing = voters.filter((voter) => !seen.members.includes(voter));
        if (missing.length > 0) faults.push(`to ${machine.name}, members are ${seen.members.join(', ')}`);
        faults.push(...await faultsOfData(machine));
      } catch (error) {
        faults.push(`${machine.name} does not serve: ${(error as Error).message.slice(0, 300)}`);
      }
    }));
    await Promise.all(machines.filter(({ hasApi }) => hasApi).map(async (machine) => {
      if (!await machine.apiReady().catch(() => false)) faults.push(`the API server on ${machine.name} is not ready`);
    }));
    return faults;
  }

  private async lostContent({ content }: Beginning, machines: readonly StubMachine[]): Promise<string[]> {
    const faults = machines.filter(({ hasEtcd }) => hasEtcd).map((machine) => faultsOfContent(machine, content).catch(() => []));
    return (await Promise.all(faults)).flat();
  }

  /** Every write that the old cluster has accepted is there, or a later one of the same API server. */
  private async lostWrites({ clusterId }: Beginning, machines: readonly StubMachine[]): Promise<string[]> {
    const faults: string[] = [];
    const asked = machines.find(({ hasEtcd }) => hasEtcd)!;
    for (const machine of machines.filter(({ hasApi }) => hasApi)) {
      const last = this.writes.filter((write) => write.machine === machine.name && write.clusterId === clusterId).at(-1);
      const there = await asked.client.get(`/registry/masterleases/${machine.props.address}`).catch(() => undefined);
      if (last && BigInt(there?.value ?? 0) < BigInt(last.value)) faults.push(`a write of ${machine.name} is lost`);
    }
    return faults;
  }
}

/** `before` or `after`, as the keys say; both or none is neither. */
async function stateOf(client: EtcdClient): Promise<string> {
  const [before, after] = [await client.getHere(BEFORE), await client.getHere(AFTER)];
  if (before && after) return 'mixed';
  return before ? 'before' : after ? 'after' : 'empty';
}

function differences(before: object, now: object): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.filter((name) => JSON.stringify((before as any)[name]) !== JSON.stringify((now as any)[name]));
}
