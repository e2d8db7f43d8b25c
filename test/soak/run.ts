import { cpSync, mkdirSync } from 'fs';
import { join } from 'path';
import { Person } from './person';
import { Fault, Plan } from './plan';
import { turnedBack } from '../support/drill/accepted-writes';
import { StubRestoreDrill, StubRestoreOrder } from '../support/drill/restore-drill';
import { StubMachine } from '../support/stub/machine';
import { sleep } from '../support/wait';
import { toolchain } from '../toolchain/toolchain';

export type Outcome = 'restored' | 'returned' | 'needs another restore' | 'FAILED';

export interface Verdict {
  readonly outcome: Outcome;
  /** What isn't as promised, in words. */
  readonly faults: string[];
  readonly seconds: number;
  readonly typed: string[];
}

const ID = 'soak';
const LIMIT_MS = 240_000;
// Short, so that a run ends within its time; patient enough for five members on a busy machine.
const TIMEOUTS = { READY_TIMEOUT: '25', STOP_TIMEOUT: '20', FINISH_TIMEOUT: '60' };

/** Plays a plan on a cluster of its own. @param keep where everything that a failed run has left is copied to. */
export async function play(plan: Plan, programs: string, keep: string): Promise<Verdict> {
  const began = Date.now();
  const drill = await StubRestoreDrill.begin({
    members: plan.members,
    etcd: toolchain[plan.etcd],
    shell: plan.shell,
    runs: plan.runs,
    api: plan.api,
    kubeletLagMs: plan.lagMs,
    layout: { data: plan.data },
    programs,
  });
  const soak = new Soak(drill, plan);
  try {
    await soak.play();
    const { outcome, faults } = await soak.judge();
    const seconds = (Date.now() - began) / 1000;
    if (faults.length > 0) keepAll(drill, keep);
    return { outcome: faults.length > 0 ? 'FAILED' : outcome, faults, seconds, typed: soak.person.typed };
  } finally {
    await drill.cluster.destroy();
  }
}

class Soak {
  readonly person: Person;
  private readonly lost = new Set<StubMachine>();
  private readonly order: StubRestoreOrder;
  private readonly pending: Promise<unknown>[] = [];

  constructor(private readonly drill: StubRestoreDrill, private readonly plan: Plan) {
    const failpoints = Object.fromEntries(plan.faults.flatMap(({ machine, at }) => 'point' in at ? [[drill.machines[machine].name, `${at.point}:hold`]] : []));
    this.order = { env: TIMEOUTS, failpoints, everywhere: ['--members', drill.cluster.membersByUrl] };
    this.person = new Person(drill, ID, this.order, this.lost);
  }

  /** Plays until the restore has ended on every machine that is left, or the time is over. */
  async play(): Promise<void> {
    const began = Date.now();
    const { machines } = this.drill;
    const waiting = new Set(this.plan.faults);
    const starts = new Map(machines.map((machine, index) => [machine, this.plan.startMs[index]]));
    while (Date.now() - began < LIMIT_MS) {
      const now = Date.now() - began;
      for (const [machine, ms] of starts) {
        if (ms > now) continue;
        starts.delete(machine);
        if (machine.on) this.person.start(machine);
      }
      for (const fault of [...waiting]) {
        if (!this.isDue(fault, now)) continue;
        waiting.delete(fault);
        this.beside(this.happen(fault));
      }
      if (starts.size === 0 && now > 5_000) this.beside(this.person.look());
      await sleep(100);
      const left = machines.filter((machine) => !this.lost.has(machine));
      if (starts.size === 0 && left.every((machine) => machine.on && machine.record(ID).result)) break;
      if (this.person.toldToRestoreAgain) break;
    }
    await Promise.all(this.pending);
  }

  /** Lets an act go on meanwhile; if it fails, the run fails at its end. */
  private beside(act: Promise<unknown>): void {
    act.catch(() => undefined);
    this.pending.push(act);
  }

  async judge(): Promise<{ outcome: Outcome; faults: string[] }> {
    const { drill, person } = this;
    const left = drill.machines.filter((machine) => !this.lost.has(machine));
    const results = left.map((machine) => machine.record(ID).result);
    const outcomes = [...new Set(results.map((result) => result?.outcome ?? 'nothing'))];
    if (person.toldToRestoreAgain || await this.hasLostItsQuorum(left, outcomes)) {
      const { clusters } = drill.judge;
      const seen = [...new Set(drill.judge.writes.map(({ clusterId }) => clusterId))];
      const turned = turnedBack(drill.judge.writes, [...clusters, ...seen.filter((id) => !clusters.includes(id))]);
      return { outcome: 'needs another restore', faults: [...turned, ...await drill.judge.faultsBetween(ID, left)] };
    }
    const told = left.map((machine, index) => `${machine.name}: ${results[index] ? `${results[index].outcome}, ${results[index].message}` : `no end, ${machine.record(ID).lastLines}`}`);
    if (outcomes.length !== 1 || !['restored', 'aborted'].includes(outcomes[0])) return { outcome: 'FAILED', faults: told };
    await drill.cluster.waitUntilReady(left, 60).catch(() => undefined);
    const faults = () => outcomes[0] === 'restored'
      ? drill.judge.faultsOfRestored(ID, drill.beginning, left)
      : drill.judge.faultsOfReturn(drill.beginning, left);
    // A member that came back a moment ago may still be catching up.
    let found = await faults();
    for (let tries = 0; found.length > 0 && tries < 5; tries++) {
      await sleep(1_000);
      found = await faults();
    }
    return { outcome: outcomes[0] === 'restored' ? 'restored' : 'returned', faults: found.length > 0 ? [...found, ...told] : [] };
  }

  /** Whether a machine has gone for ever that the restored cluster needed: nobody calls that restored, and no member answers with a quorum. */
  private async hasLostItsQuorum(left: readonly StubMachine[], outcomes: readonly string[]): Promise<boolean> {
    if (this.lost.size === 0 || !outcomes.every((outcome) => ['unproved', 'nothing'].includes(outcome))) return false;
    const answers = left.filter(({ hasEtcd }) => hasEtcd).map((machine) => machine.client.healthy().catch(() => false));
    return !(await Promise.all(answers)).includes(true);
  }

  private isDue({ machine, at }: Fault, now: number): boolean {
    if ('ms' in at) return at.ms <= now;
    const record = this.drill.machines[machine].record(ID);
    // Where the program never gets to that point, nothing happens there.
    return record.held.includes(at.point);
  }

  private async happen({ kind, machine: index, at, awayMs }: Fault): Promise<void> {
    const machine = this.drill.machines[index];
    if (this.lost.has(machine)) return;
    const pass = () => {
      if ('point' in at) machine.record(ID).pass(at.point);
    };
    switch (kind) {
      case 'kill':
        await machine.systemd.crash(`cdk8s-day2-${ID}.service`);
        return pass();
      case 'kill-etcd':
        await machine.crashEtcd();
        return pass();
      case 'cut':
        pass();
        return this.cut([machine], awayMs);
      case 'cut-all':
        pass();
        return this.cut(this.drill.machines.filter((one) => !this.lost.has(one)), awayMs);
      case 'lose':
        this.lost.add(machine);
        return machine.powerOff();
      case 'abort':
        pass();
        if (machine.on) await this.person.abort(machine);
        return;
      case 'miscall':
        // While the machine stands still, as that is when a person wonders.
        await this.person.miscall(machine);
        return pass();
    }
  }

  private async cut(machines: StubMachine[], awayMs: number): Promise<void> {
    const on = machines.filter((machine) => machine.on);
    await Promise.all(on.map((machine) => machine.powerOff()));
    await sleep(awayMs);
    await Promise.all(on.filter((machine) => !this.lost.has(machine)).map((machine) => machine.powerOn()));
  }
}

/** Keeps the files in which to look for the cause. */
function keepAll(drill: StubRestoreDrill, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const machine of drill.machines) {
    for (const part of ['logs', 'state', 'manifests', 'units']) {
      const filter = (path: string) => !/\/bin(\/|$)|\.socket$/.test(path);
      cpSync(join(machine.props.folder, part), join(folder, machine.name, part), { recursive: true, filter });
    }
  }
}
