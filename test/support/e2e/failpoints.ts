import { HostRecord } from './host-record';
import { RestoreDrill } from './restore';
import { NodeAccess } from '../../lab/node-access';
import { sleep } from '../wait';

/** What happens to a machine whose program waits at a failpoint, before it goes on. Undefined: nothing. */
export type Fault = (node: NodeAccess, failpoint: string) => Promise<void> | undefined;

/**
 * Plays a fault at every failpoint that any of the machines holds at, one after the other, until the restore has ended on all of them.
 *
 * @returns the failpoints at which each machine was held, by its name.
 */
export async function playFaults(
  drill: RestoreDrill, restoreId: string, fault: Fault, timeoutSeconds: number, nodes = drill.nodes,
): Promise<Map<string, string[]>> {
  const records = nodes.map((node) => drill.record(restoreId, node));
  const hit = new Map(nodes.map(({ name }) => [name, [] as string[]]));
  const deadline = Date.now() + timeoutSeconds * 1000;
  const going = new Set(records);
  while (going.size > 0) {
    if (Date.now() > deadline) throw new Error(`the restore has not ended within ${timeoutSeconds} s:\n${await lastWords([...going])}`);
    for (const record of going) {
      for (const failpoint of await record.held()) {
        hit.get(record.node.name)!.push(failpoint);
        const played = fault(record.node, failpoint);
        if (played) drill.stage.say(`${record.node.name} holds at ${failpoint}`);
        await played;
        await record.pass(failpoint);
      }
      if (await record.result()) going.delete(record);
    }
    await sleep(200);
  }
  return hit;
}

async function lastWords(records: HostRecord[]): Promise<string> {
  const logs = await Promise.all(records.map(async (record) => `${record.node.name}: ${(await record.log()).trim().split('\n').slice(-5).join('\n')}`));
  return logs.join('\n');
}

/** Cuts the power of machines, all at the same moment, and boots them again. */
export async function powerCycle(nodes: readonly NodeAccess[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.powerOff()));
  await Promise.all(nodes.map((node) => node.powerOn()));
}

/** A fault that lasts for some seconds while the program goes on, since it is the program that has to bear it. One at a time. */
export class LastingFault {
  private over = Promise.resolve();

  constructor(private readonly begin: () => Promise<unknown>, private readonly end: () => Promise<unknown>, private readonly seconds: number) {}

  /** Returns when it has begun. */
  async strike(): Promise<void> {
    await this.over;
    await this.begin();
    this.over = sleep(this.seconds * 1000).then(async () => { await this.end(); });
  }

  /** Waits until the last one has ended. */
  async passes(): Promise<void> {
    await this.over;
  }
}
