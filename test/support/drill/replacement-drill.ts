import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs';
import { join } from 'path';
import { contentOf, faultsOfContent } from './content';
import { OperationResult } from './operation-record';
import { PersonsRun } from './persons-run';
import { KeyValue } from '../etcd/etcd-client';
import { StubCluster, StubClusterOptions } from '../stub/cluster';
import { StubMachine } from '../stub/machine';
import { sleep, until } from '../wait';

const WRITTEN = '/registry/written';

/** A cluster of several members, of which one fails, and a person who replaces it. */
export class StubReplacementDrill {
  /** Removes the cluster afterwards. */
  static async with(options: StubClusterOptions, act: (drill: StubReplacementDrill) => Promise<void>): Promise<void> {
    const cluster = await StubCluster.start({ members: 3, ...options });
    try {
      await cluster.client.put('/registry/kept', 'before');
      await act(await StubReplacementDrill.on(cluster));
    } finally {
      await cluster.destroy();
    }
  }

  /** On a cluster that is there already. @param asked a member that serves. */
  static async on(cluster: StubCluster, asked: StubMachine = cluster.members[0]): Promise<StubReplacementDrill> {
    return new StubReplacementDrill(cluster, (await cluster.seenBy(asked)).clusterId, await contentOf(asked));
  }

  private states = new Map<string, object>();

  /** @param kept what people had stored before a member failed. */
  private constructor(readonly cluster: StubCluster, readonly clusterId: string, private readonly kept: readonly KeyValue[]) {}

  get members(): StubMachine[] {
    return this.cluster.members;
  }

  /** Ends a member's etcd for good, and destroys its data. @param how what is left of it. */
  async fail(machine: StubMachine, how: 'nothing' | 'a broken log' = 'a broken log'): Promise<void> {
    machine.kubelet.stop();
    await machine.systemd.stop('etcd.service');
    await machine.crashEtcd();
    await until(`etcd on ${machine.name} has ended`, () => !machine.running.etcd);
    if (how === 'nothing') rmSync(machine.dataDir, { recursive: true });
    else await machine.host.run(['sh', '-ec', 'for log in "$1"/member/wal/*.wal; do head -c 65536 /dev/urandom | dd of="$log" conv=notrunc status=none; done', 'sh', machine.dataDir]);
  }

  /** Lets the kubelet or systemd start etcd again. */
  resume(machine: StubMachine): void {
    machine.kubelet.start();
    if (machine.props.etcd === 'unit') machine.systemd.start('etcd.service');
  }

  /** What a person types on a machine. */
  type(machine: StubMachine, args: readonly string[], env: Record<string, string> = {}): PersonsRun {
    return this.typeTo('replace-member.sh', machine, args, env);
  }

  /** The same, of any program of the kit. */
  typeTo(program: string, machine: StubMachine, args: readonly string[], env: Record<string, string> = {}): PersonsRun {
    const command = ['sh', join(machine.props.kit, program), ...args];
    return new PersonsRun(machine.host.start({ command, env: { ...machine.environment, DEAD_FOR: '1', READY_TIMEOUT: '3', ...env } }));
  }

  /** Begins, and doesn't wait for the end. */
  start(machine: StubMachine, id: string, env: Record<string, string> = {}): PersonsRun {
    return this.type(machine, ['--id', id], env);
  }

  /** Waits until it has ended, whatever came of it. */
  async ended(machine: StubMachine, id: string, seconds = 120): Promise<OperationResult> {
    await until(`replacement ${id} ends on ${machine.name}`, () => {
      if (machine.record(id).ended) return true;
      throw new Error(machine.record(id).lastLines);
    }, seconds);
    return machine.record(id).result!;
  }

  async holds(machine: StubMachine, id: string, failpoint: string): Promise<void> {
    await until(`${machine.name} holds at ${failpoint}`, () => {
      if (machine.record(id).held.includes(failpoint)) return true;
      throw new Error(machine.record(id).lastLines);
    }, 60);
  }

  /** Plays a fault at every failpoint at which a machine holds, until the end. */
  async playAtEveryPoint(machine: StubMachine, id: string, fault: () => Promise<void>): Promise<string[]> {
    const record = machine.record(id);
    const hit: string[] = [];
    await until(`replacement ${id} ends`, async () => {
      for (const point of record.held) {
        hit.push(point);
        await fault();
        record.pass(point);
        await sleep(100);
      }
      if (record.ended) return true;
      throw new Error(record.lastLines);
    }, 200);
    return hit;
  }

  /** What isn't as promised when it was replaced, in words. */
  async faultsOfReplaced(machine: StubMachine, id: string): Promise<string[]> {
    const { status, outcome, message } = await this.ended(machine, id);
    if (status !== 0 || outcome !== 'replaced') return [`it ended with ${status}, ${outcome}: ${message}`];
    const faults: string[] = [];
    await this.cluster.client.put(WRITTEN, id).catch((error: Error) => faults.push(error.message));
    for (const member of this.members) {
      if ((await member.client.get(WRITTEN))?.value !== id) faults.push(`${member.name} does not serve what was written`);
      faults.push(...await this.faultsOfMember(member));
    }
    for (const host of this.cluster.machines.filter(({ hasApi }) => hasApi)) {
      if (!await host.apiReady().catch(() => false)) faults.push(`the API server on ${host.name} is not ready`);
    }
    if (this.modeOfData(machine) !== '700') faults.push(`the data folder's mode is ${this.modeOfData(machine)}`);
    return [...faults, ...machine.leftovers.map((name) => `${name} is left`)];
  }

  /** Remembers every machine as it is now: after a refused replacement it has to be the same. */
  remember(failed: StubMachine): void {
    this.states = this.statesNow(failed);
  }

  /** What a refused replacement has changed, in words, or what the others don't serve any more. */
  async faultsOfRefusal(failed: StubMachine): Promise<string[]> {
    const now = this.statesNow(failed);
    const changed = this.cluster.machines.filter(({ name }) => JSON.stringify(now.get(name)) !== JSON.stringify(this.states.get(name)));
    const faults = changed.map(({ name }) => `${name} was ${JSON.stringify(this.states.get(name))}, and is ${JSON.stringify(now.get(name))}`);
    for (const member of this.members.filter((machine) => machine !== failed)) faults.push(...await this.faultsOfMember(member));
    return faults;
  }

  /** The same cluster, all of its members, and all that was kept. */
  private async faultsOfMember(member: StubMachine): Promise<string[]> {
    const faults = await faultsOfContent(member, this.kept);
    const seen = await this.cluster.seenBy(member);
    if (seen.clusterId !== this.clusterId) faults.push(`${member.name} serves another cluster`);
    if (seen.members.join() !== this.members.map(({ name }) => `${name} voter`).join()) faults.push(`to ${member.name}, members are ${seen.members.join()}`);
    return faults;
  }

  private statesNow(failed: StubMachine): Map<string, object> {
    return new Map(this.cluster.machines.map((machine) => {
      const { running, state, kubelet, dataDir, hasEtcd } = machine;
      const member = hasEtcd && existsSync(join(dataDir, 'member')) ? statSync(join(dataDir, 'member')).ino : 0;
      // The etcd that has failed ends at each start.
      return [machine.name, { ...state, member, kubelet: kubelet.active, running: machine === failed ? { ...running, etcd: 0 } : running }];
    }));
  }

  /** Has a member's etcd begin a cluster of its own when it is started without data. */
  estrange(machine: StubMachine): void {
    const manifest = join(machine.manifests, 'etcd.yaml');
    const own = `    - --initial-cluster=${machine.name}=${machine.peerUrl}\n    - --initial-cluster-token=another\n`;
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/^ *- --initial-cluster=.*\n/m, own));
  }

  private modeOfData({ dataDir }: StubMachine): string {
    return existsSync(dataDir) ? statSync(dataDir).mode.toString(8).slice(-3) : 'none';
  }
}
