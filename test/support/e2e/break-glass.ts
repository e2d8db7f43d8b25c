import assert from 'node:assert/strict';
import { RestoreDrill } from './restore';
import { NodeAccess } from '../../lab/node-access';
import { Outcome } from '../../toolchain/run';

/** What a person does at night: the kit beside the backups, and a shell on each machine. */
export class BreakGlass {
  /** The kit as the snapshot's Job has left it beside the backups, and as a person copies both to the other machines. */
  static async find(drill: RestoreDrill): Promise<BreakGlass> {
    const { folder: { node: keeper, path } } = drill;
    const packed = await keeper.run(['sh', '-c', 'tar -C "$1" -chf - . | base64 -w0', 'sh', path]);
    for (const node of drill.nodes.filter((other) => other !== keeper)) {
      await node.run(['sh', '-ec', 'mkdir -p "$1" && base64 -d | tar -C "$1" -xf -', 'sh', path], { input: packed });
      drill.stage.atTheEnd(() => node.run(['rm', '-rf', path]));
    }
    const kit = `${path}/break-glass`;
    return new BreakGlass(kit);
  }

  private constructor(readonly kit: string) {}

  /** Types a line in the kit's folder and waits for its end. @param line from `sh restore.sh` on. */
  type(node: NodeAccess, line: string, timeoutSeconds: number = 600): Promise<Outcome> {
    return node.exec(['sh', '-c', `cd "$1" && ${line}`, 'sh', this.kit], { timeoutSeconds });
  }

  /** Types a line that has to end well; returns what it printed. */
  async succeeds(node: NodeAccess, line: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.type(node, line);
    assert.equal(exitCode, 0, `${line} on ${node.name}:\n${stdout}${stderr}`);
    return stdout + stderr;
  }

  /** Types a line that has to be refused; returns what it printed. */
  async fails(node: NodeAccess, line: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.type(node, line);
    assert.ok(exitCode === 1 || exitCode === 2, `${line} on ${node.name} ended with ${exitCode}:\n${stdout}${stderr}`);
    return stdout + stderr;
  }

  /** Types a line in a session that ends at once, as an ssh connection that breaks: whatever was started has to go on. Returns what it had printed. */
  async leaves(node: NodeAccess, line: string, seconds: number = 30): Promise<string> {
    const { exitCode, stdout, stderr } = await this.type(node, line, seconds);
    assert.ok([124, 137].includes(exitCode), `${line} on ${node.name} ended by itself:\n${stdout}${stderr}`);
    return stdout + stderr;
  }
}
