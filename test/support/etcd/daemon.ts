import { ChildProcess, spawn } from 'child_process';
import { once } from 'events';
import { closeSync, openSync, readFileSync } from 'fs';

/** A server process of a test: started, signalled and ended by its process id. */
export class Daemon {
  private child?: ChildProcess;

  /**
   * @param logFile what it prints is appended there.
   */
  constructor(private readonly command: string, private readonly args: string[], readonly logFile: string) {}

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    if (!this.running) throw new Error(`${this.command} is not running; its log ends with:\n${this.logTail}`);
    return this.child!.pid!;
  }

  /** The end of its log, for messages. */
  get logTail(): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  }

  start(): void {
    if (this.running) throw new Error(`${this.command} is running already, as process ${this.pid}`);
    const log = openSync(this.logFile, 'a');
    // The kernel ends the server when the test process dies, however that happens, so that no test run leaves one behind.
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', this.command, ...this.args], { stdio: ['ignore', log, log] });
    closeSync(log);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Sends a signal and waits for the end. A process that is gone already stays gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceSeconds = 10): Promise<void> {
    if (!this.running) return;
    const ended = once(this.child!, 'exit');
    this.signal(signal);
    // A stopped process takes no signal but these.
    this.signal('SIGCONT');
    const impatience = setTimeout(() => this.running && this.signal('SIGKILL'), graceSeconds * 1000);
    await ended;
    clearTimeout(impatience);
  }
}
