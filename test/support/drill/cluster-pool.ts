import { StubRestoreDrill } from './restore-drill';
import { StubClusterOptions } from '../stub/cluster';

/** Some clusters for many restores, one after the other on each: for those that leave a cluster as they found it. */
export class ClusterPool {
  private readonly waiting: ((drill: StubRestoreDrill) => void)[] = [];
  private readonly free: StubRestoreDrill[] = [];
  private readonly all: Promise<StubRestoreDrill>[] = [];

  constructor(private readonly size: number, private readonly options: StubClusterOptions) {}

  /** Lends a cluster. One on which something went wrong is not lent again. */
  async lend(act: (drill: StubRestoreDrill) => Promise<void>): Promise<void> {
    const drill = await this.borrow();
    try {
      await act(drill);
    } catch (error) {
      await drill.cluster.destroy();
      void this.begin().then((fresh) => this.hand(fresh));
      throw error;
    }
    this.hand(drill);
  }

  async destroy(): Promise<void> {
    const drills = await Promise.allSettled(this.all);
    await Promise.all(drills.map((drill) => drill.status === 'fulfilled' ? drill.value.cluster.destroy() : undefined));
  }

  private async borrow(): Promise<StubRestoreDrill> {
    const free = this.free.pop();
    if (free) return free;
    return this.all.length < this.size ? this.begin() : new Promise((resolve) => this.waiting.push(resolve));
  }

  private begin(): Promise<StubRestoreDrill> {
    const drill = StubRestoreDrill.begin(this.options);
    this.all.push(drill);
    return drill;
  }

  private hand(drill: StubRestoreDrill): void {
    const next = this.waiting.shift();
    if (next) next(drill);
    else this.free.push(drill);
  }
}
