import { StubClusterOptions } from './stub-cluster';
import { StubDrill } from './stub-drill';

/** Some clusters for many restores, one after the other on each: for those that leave a cluster as they found it. */
export class StubPool {
  private readonly waiting: ((drill: StubDrill) => void)[] = [];
  private readonly free: StubDrill[] = [];
  private readonly all: Promise<StubDrill>[] = [];

  constructor(private readonly size: number, private readonly options: StubClusterOptions) {}

  /** Lends a cluster. One on which something went wrong is not lent again. */
  async lend(act: (drill: StubDrill) => Promise<void>): Promise<void> {
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

  private async borrow(): Promise<StubDrill> {
    const free = this.free.pop();
    if (free) return free;
    return this.all.length < this.size ? this.begin() : new Promise((resolve) => this.waiting.push(resolve));
  }

  private begin(): Promise<StubDrill> {
    const drill = StubDrill.begin(this.options);
    this.all.push(drill);
    return drill;
  }

  private hand(drill: StubDrill): void {
    const next = this.waiting.shift();
    if (next) next(drill);
    else this.free.push(drill);
  }
}
