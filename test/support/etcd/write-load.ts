import { EtcdClient } from './etcd-client';
import { sleep, until } from '../wait';

export interface Write {
  readonly key: string;
  readonly value: string;
  /** The revision at which etcd acknowledged it. */
  readonly revision: number;
}

export interface WriteLoadOptions {
  /** Writers at work at the same time. @default 4 */
  readonly writers?: number;
  /** Size of each value in bytes. @default 512 */
  readonly valueBytes?: number;
  /** Pause of each writer after each write, in milliseconds. @default 1 */
  readonly pauseMs?: number;
}

/**
 * A steady stream of new keys, each written once, with the revision at which each was acknowledged: so what a snapshot of
 * revision R has to hold is known exactly, every write up to R and none after it.
 */
export class WriteLoad {
  static start(client: EtcdClient, options: WriteLoadOptions = {}): WriteLoad {
    return new WriteLoad(client, { writers: 4, valueBytes: 512, pauseMs: 1, ...options });
  }

  /** Acknowledged writes, in the order of their revisions. */
  get writes(): Write[] {
    return [...this.acknowledged].sort((a, b) => a.revision - b.revision);
  }

  /** Writes that were refused or got no answer, such as while the member was down: whether etcd stored them is unknown. */
  readonly unanswered: string[] = [];
  private readonly acknowledged: Write[] = [];
  private readonly prefix = `/load/${process.hrtime.bigint()}/`;
  private readonly writers: Promise<void>[];
  private stopping = false;

  private constructor(private readonly client: EtcdClient, options: Required<WriteLoadOptions>) {
    this.writers = Array.from({ length: options.writers }, (_, writer) => this.write(writer, options));
  }

  /** Resolves when this many further writes have been acknowledged. */
  more(count: number): Promise<void> {
    const goal = this.acknowledged.length + count;
    return until(`${count} further writes are acknowledged`, () => this.acknowledged.length >= goal);
  }

  /** Ends the load; returns what was acknowledged. */
  async stop(): Promise<Write[]> {
    this.stopping = true;
    await Promise.all(this.writers);
    return this.writes;
  }

  /** The keys and values that a database of a revision has to hold of this load, and no others below `prefix`. */
  expectedAt(revision: number): Map<string, string> {
    return new Map(this.writes.filter((write) => write.revision <= revision).map(({ key, value }) => [key, value]));
  }

  /** Whether a key is one of this load's. */
  owns(key: string): boolean {
    return key.startsWith(this.prefix);
  }

  private async write(writer: number, { valueBytes, pauseMs }: Required<WriteLoadOptions>): Promise<void> {
    for (let count = 0; !this.stopping; count++) {
      const key = `${this.prefix}${writer}/${String(count).padStart(8, '0')}`;
      const value = `${key}:`.padEnd(valueBytes, 'x');
      try {
        this.acknowledged.push({ key, value, revision: await this.client.put(key, value) });
      } catch {
        this.unanswered.push(key);
      }
      await sleep(pauseMs);
    }
  }
}
