import { NodeAccess } from './node-access';

/** This machine in the place of a node, for tests of what is built upon running commands. It has no power switch. */
export class LocalNode extends NodeAccess {
  readonly name = 'here';
  readonly address = '127.0.0.1';

  async powerOff(): Promise<void> {
    throw new Error('this machine stays on');
  }

  async powerOn(): Promise<void> {}

  async freeze(): Promise<void> {
    throw new Error('this machine goes on');
  }

  async thaw(): Promise<void> {}

  protected commandLine(command: string[]): string[] {
    return command;
  }
}
