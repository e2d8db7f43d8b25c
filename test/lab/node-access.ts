import { spawn } from 'child_process';
import { createReadStream } from 'fs';
import { Readable } from 'stream';
import { Outcome } from '../toolchain/run';

export interface ExecOptions {
  /** What the command reads. @default - nothing */
  readonly input?: string | Readable;
  /** After so many seconds the command is ended, and the exit code is 124. @default 300 */
  readonly timeoutSeconds?: number;
}

/**
 * A machine of a cluster, as much of it as scenarios need.
 *
 * Whoever implements this for other machines (ssh to a real one, `docker exec` into one of kind) runs the same scenarios there.
 * Everything but power is built upon `start`.
 */
export abstract class NodeAccess {
  abstract readonly name: string;
  abstract readonly address: string;

  /** The command line that runs a command as root on the node with the standard streams of this process, as `docker exec -i NODE` does. */
  protected abstract commandLine(command: string[]): string[];

  /** Cuts the power: nothing on the node gets a chance to end in order. */
  abstract powerOff(): Promise<void>;

  /** Starts the machine and waits until commands can be run on it. */
  abstract powerOn(): Promise<void>;

  /** Stops everything on the node where it stands: to others it looks like a machine that hangs. */
  abstract freeze(): Promise<void>;

  /** Lets a frozen node go on as if no time had passed. */
  abstract thaw(): Promise<void>;

  /** Runs a command and hands back what it said, whether it failed or not. */
  exec(command: string[], options: ExecOptions = {}): Promise<Outcome> {
    const [program, ...args] = this.commandLine(command);
    return new Promise((resolve, reject) => {
      const limit = String(options.timeoutSeconds ?? 300);
      const child = spawn('timeout', ['--kill-after=5', limit, program, ...args]);
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      // A command may end without reading its input, which is its own affair.
      child.stdin.on('error', () => undefined);
      if (options.input instanceof Readable) options.input.pipe(child.stdin);
      else child.stdin.end(options.input ?? '');
      child.on('error', reject);
      child.on('close', (code) => resolve({ exitCode: code ?? -1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }));
    });
  }

  /** Runs a command that has to succeed; returns its standard output. */
  async run(command: string[], options?: ExecOptions): Promise<string> {
    const { exitCode, stdout, stderr } = await this.exec(command, options);
    if (exitCode === 0) return stdout;
    const said = `${stdout}${stderr}`.trim().split('\n').slice(-20).join('\n');
    throw new Error(`on ${this.name}, ${command.join(' ')} failed with exit code ${exitCode}:\n${said}`);
  }

  /** Runs a piece of shell that has to succeed; its parameters are $1, $2 and so on. */
  shell(script: string, ...parameters: string[]): Promise<string> {
    return this.run(['sh', '-ec', script, 'sh', ...parameters]);
  }

  readFile(path: string): Promise<string> {
    return this.run(['cat', path]);
  }

  /** Writes a file, and the folders above it. @param mode in octal. */
  async writeFile(path: string, content: string | Readable, mode: string = '644'): Promise<void> {
    const script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"';
    await this.run(['sh', '-ec', script, 'sh', path, mode], { input: content });
  }

  /** Copies a file of this machine onto the node. */
  copyTo(localFile: string, path: string, mode?: string): Promise<void> {
    return this.writeFile(path, createReadStream(localFile), mode);
  }
}
