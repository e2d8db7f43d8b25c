import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs';
import { join } from 'path';
import { OperationResult } from './operation-record';
import { PersonsRun } from './persons-run';
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
      await cluster.client.put(WRITTEN, 'before');
      await act(new StubReplacementDrill(cluster, (await cluster.seenBy(cluster.members[0])).clusterId));
    } finally {
      await cluster.destroy();
    }
  }

  private constructor(readonly cluster: StubCluster, readonly clusterId: string) {}

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
      const seen = await this.cluster.seenBy(member);
      if (seen.clusterId !== this.clusterId) faults.push(`${member.name} serves another cluster`);
      if (seen.members.join() !== this.members.map(({ name }) => `${name} voter`).join()) faults.push(`to ${member.name}, members are ${seen.members.join()}`);
      if ((await member.client.get(WRITTEN))?.value !== id) faults.push(`${member.name} does not serve what was written`);
    }
    for (const host of this.cluster.machines.filter(({ hasApi }) => hasApi)) {
      if (!await host.apiReady().catch(() => false)) faults.push(`the API server on ${host.name} is not ready`);
    }
    if (this.modeOfData(machine) !== '700') faults.push(`the data folder's mode is ${this.modeOfData(machine)}`);
    return [...faults, ...machine.leftovers.map((name) => `${name} is left`)];
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
