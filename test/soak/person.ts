import { OperationResult } from '../support/drill/operation-record';
import { PersonsRun } from '../support/drill/persons-run';
import { StubRestoreDrill, StubRestoreOrder } from '../support/drill/restore-drill';
import { StubMachine } from '../support/stub/machine';
import { until } from '../support/wait';

const PATIENCE_MS = 4_000;

/** A person who has started a restore, knows which machines are lost, and does what the messages say. */
export class Person {
  /** What was typed, to be read later. */
  readonly typed: string[] = [];
  /** Whether a message said that only another restore helps. */
  toldToRestoreAgain = false;
  private readonly busy = new Map<string, number>();
  private readonly wish = new Set<string>();
  /** Machines on which a shell still starts the program. On a busy machine that takes longer than the patience for a message. */
  private readonly starting = new Set<string>();

  constructor(
    private readonly drill: StubRestoreDrill,
    private readonly id: string,
    private readonly order: StubRestoreOrder,
    private readonly lost: Set<StubMachine>,
  ) {}

  /** The machines that are left, and on. */
  get present(): StubMachine[] {
    return this.drill.machines.filter((machine) => machine.on && !this.lost.has(machine));
  }

  /** Starts the program, again where it was interrupted before it had begun. */
  start(machine: StubMachine): void {
    this.typed.push(`${machine.name} start`);
    this.starting.add(machine.name);
    void this.drill.startOn(machine, this.id, this.order).ended.finally(() => this.starting.delete(machine.name));
  }

  /** Wants to go back, and begins with this machine. */
  async abort(machine: StubMachine): Promise<void> {
    this.wish.add('abort');
    await this.say(machine, ['--abort', this.id]);
  }

  /** Takes the holder for lost while it lives, on a machine that waits for it. Whatever the answer is, all have to end alike. */
  async miscall(machine: StubMachine): Promise<void> {
    const holder = this.order.holder ?? this.drill.machines[0];
    if (!machine.on || !holder.on || this.lost.has(holder)) return;
    this.rest(machine);
    await this.type(machine, ['--abort', this.id, '--lost', holder.name]);
    this.rest(machine);
  }

  /** A look at every machine; does what the last message there asks for. */
  async look(): Promise<void> {
    await Promise.all(this.present.map(async (machine) => {
      const record = machine.record(this.id);
      if (record.result || this.isBusy(machine)) return;
      // Where the power went before the unit was there, nothing goes on by itself.
      if (!record.begun || !machine.systemd.enabled.includes(`cdk8s-day2-${this.id}.service`)) {
        if (this.starting.has(machine.name)) return;
        this.start(machine);
        this.rest(machine);
        return;
      }
      const { lastLines } = record;
      const lostNames = [...this.lost].map(({ name }) => name);
      const abandoned = /--abort \S+ --lost (\w+)/.exec(lastLines)?.[1];
      if (abandoned && lostNames.includes(abandoned)) {
        await this.say(machine, ['--abort', this.id, '--lost', abandoned]);
        return;
      }
      const holder = (this.order.holder ?? this.drill.machines[0]).name;
      const missed = lostNames.filter((name) => name !== holder && new RegExp(`\\b${name}\\b|members are voters|too many learner`).test(lastLines));
      for (const name of missed) await this.say(machine, ['--forget', this.id, '--lost', name]);
    }));
  }

  private async say(machine: StubMachine, args: string[]): Promise<void> {
    this.rest(machine);
    if (!machine.on) return;
    const told = await this.type(machine, args);
    this.rest(machine);
    if (!told || told.outcome !== 'failed') return;
    if (/restore again/.test(told.fix)) this.toldToRestoreAgain = true;
    const first = /run --abort \S+ on (\w+) first/.exec(told.fix)?.[1];
    const lost = /if it is lost for good: --abort \S+ --lost (\w+)/.exec(told.fix)?.[1];
    const pointed = this.drill.machines.find(({ name }) => name === first);
    if (lost && [...this.lost].some(({ name }) => name === lost)) await this.say(machine, ['--abort', this.id, '--lost', lost]);
    else if (pointed?.on && pointed !== machine && !this.lost.has(pointed)) await this.say(pointed, ['--abort', this.id]);
    else if (/nothing is decided yet/.test(told.message)) await this.say(machine, ['--abort', this.id]);
  }

  private async type(machine: StubMachine, args: string[]): Promise<OperationResult | undefined> {
    const told = await this.answer(this.drill.type(machine, args));
    this.typed.push(`${machine.name} ${args.join(' ')} -> ${told ? `${told.outcome}: ${told.message}` : 'nothing'}`);
    return told;
  }

  /** A person doesn't wait for ever for a command that shows the log; the work goes on without. */
  private async answer(run: PersonsRun): Promise<OperationResult | undefined> {
    let over = false;
    void run.ended.then(() => { over = true; });
    await until('the command ends', () => over, 15).catch(() => undefined);
    return over ? run.summary().catch(() => undefined) : undefined;
  }

  private isBusy(machine: StubMachine): boolean {
    return (this.busy.get(machine.name) ?? 0) > Date.now();
  }

  private rest(machine: StubMachine): void {
    this.busy.set(machine.name, Date.now() + PATIENCE_MS);
  }
}
