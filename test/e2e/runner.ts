import { mkdirSync, mkdtempSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Act, Scenario } from './scenario';
import { Stage } from './stage';
import { up } from '../lab/bring-up';
import { Cluster } from '../lab/cluster';

export interface Result {
  readonly what: string;
  /** False for a step around scenarios: a cluster is brought up or taken down. */
  readonly isScenario: boolean;
  readonly seconds: number;
  /** Why it failed; undefined when it didn't. */
  readonly error?: Error;
}

/** Plays scenarios and measures them. Clusters that it brings up don't outlive it. */
export class Runner {
  readonly results: Result[] = [];
  private current?: Cluster;
  /** Where failed scenarios leave what is to be looked at. */
  private evidence?: string;

  constructor(private readonly say: (text: string) => void) {}

  /** @param on a cluster to play on, which stays. Without it, each act has one of its own. */
  async play(acts: readonly Act[], on?: Cluster): Promise<void> {
    for (const act of acts) {
      if (on) await this.playEveryScenario(act, on);
      else await this.playOnClustersOfItsOwn(act);
    }
  }

  private async playEveryScenario(act: Act, on: Cluster): Promise<void> {
    let played = 0;
    while (played < act.scenarios.length) played = await this.playAct(act, on, played);
  }

  /** Plays an act until a scenario leaves its cluster unusable; returns how many of its scenarios were played by then. */
  private async playAct(act: Act, cluster: Cluster, from: number = 0): Promise<number> {
    for (const [index, scenario] of act.scenarios.entries()) {
      if (index < from) continue;
      const passed = await this.measured(titleOf(act, scenario), true, () => this.playScenario(cluster, scenario, `e2e-${scenario.group}-${index + 1}`));
      if (scenario.spendsCluster || (act.replacedAfterFailure && !passed)) return index + 1;
    }
    return act.scenarios.length;
  }

  private async playOnClustersOfItsOwn(act: Act): Promise<void> {
    const { name } = act.topology;
    // Ends with this process, so that nothing is left behind even when that is killed.
    const start = () => up(act.topology, { name: `e2e-${name}`, dieWithParent: true, onAllocated: (cluster) => { this.current = cluster; } });
    let played = 0;
    while (played < act.scenarios.length) {
      let cluster: Cluster | undefined;
      await this.measured(`cluster ${name} up`, false, async () => { cluster = await start(); });
      // Without a cluster no scenario can pass, and the line of the cluster says so.
      if (!cluster) return;
      played = await this.playAct(act, cluster, played);
      await this.measured(`cluster ${name} down`, false, () => this.tearDown());
    }
  }

  /** Takes down the cluster that runs now. */
  async tearDown(): Promise<void> {
    await this.current?.destroy();
    this.current = undefined;
  }

  private async playScenario(cluster: Cluster, scenario: Scenario, name: string): Promise<void> {
    const stage = new Stage(cluster, cluster.plan, name, this.say);
    try {
      await scenario.run(stage);
    } catch (error) {
      this.evidence ??= mkdtempSync(join(tmpdir(), 'cdk8s-day2-e2e-'));
      const folder = join(this.evidence, `${cluster.name}-${name}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'error.txt'), `${scenario.promise}\n\n${(error as Error).stack}\n`);
      await stage.keepEvidence(folder);
      this.say(`logs and manifests are in ${folder}`);
      if (!scenario.spendsCluster) await stage.clear().catch((leftover: Error) => this.say(leftover.message));
      throw error;
    }
    if (!scenario.spendsCluster) await stage.clear();
  }

  private async measured(what: string, isScenario: boolean, work: () => Promise<void>): Promise<boolean> {
    this.say(what);
    const started = Date.now();
    const seconds = () => Math.round((Date.now() - started) / 1000);
    try {
      await work();
      this.results.push({ what, isScenario, seconds: seconds() });
      this.say(`passed after ${seconds()} s`);
      return true;
    } catch (error) {
      this.results.push({ what, isScenario, seconds: seconds(), error: error as Error });
      this.say(`FAILED after ${seconds()} s: ${(error as Error).message}`);
      return false;
    }
  }
}

export function titleOf({ topology }: Act, { group, promise }: Scenario): string {
  return `${group} on ${topology.name}: ${promise}`;
}
