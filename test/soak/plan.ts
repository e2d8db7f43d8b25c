import { Random } from './random';
import { pointsWithinSteps, stepsOfRestore } from '../support/drill/steps';
import { Shell } from '../support/pod/pod';
import { StubLayout } from '../support/stub/layout';

/**
 * What happens to a machine. `kill`: SIGKILL to the restore's unit; `kill-etcd`: to etcd; `cut`: the power goes, and comes back later;
 * `cut-all`: everywhere at once; `lose`: it goes for ever; `abort`: a person wants to go back; `miscall`: a person there calls the living
 * holder lost.
 */
export type FaultKind = 'kill' | 'kill-etcd' | 'cut' | 'cut-all' | 'lose' | 'abort' | 'miscall';

export interface Fault {
  readonly kind: FaultKind;
  /** Number of the machine. */
  readonly machine: number;
  /** When: so long after the start, or when the machine's program is at a point. */
  readonly at: { readonly ms: number } | { readonly point: string };
  /** How long the power is away. */
  readonly awayMs: number;
}

/** One run: a cluster, a restore, and what goes wrong. */
export interface Plan {
  readonly members: number;
  readonly etcd: 'etcd34' | 'etcd35' | 'etcd36' | 'etcd37';
  readonly shell: Shell;
  readonly runs: 'static-pod' | 'unit';
  readonly api: 'beside' | 'apart';
  /** Where etcd's data is. */
  readonly data: StubLayout['data'];
  readonly lagMs: number;
  /** When the program is started on each machine. */
  readonly startMs: number[];
  readonly faults: Fault[];
}

const KINDS: readonly [FaultKind, number][] = [['kill', 4], ['kill-etcd', 2], ['cut', 4], ['cut-all', 2], ['lose', 1.5], ['abort', 2.5], ['miscall', 2.5]];
/** As in the matrix of the integration tests. */
const PLACES = { 'static-pod': ['same', 'apart', 'link', 'below', 'sub-path'], 'unit': ['same', 'apart', 'link'] } as const;


/** The plan of a run, the same for the same seed and number. */
export function planOf(seed: number, number: number): Plan {
  const random = new Random(seed * 100_003 + number);
  const members = random.pick([1, 1, 1, 3, 3, 3, 3, 3, 3, 5]);
  const runs = random.chance(0.2) ? 'unit' : 'static-pod';
  const api = members < 5 && random.chance(runs === 'unit' ? 0.6 : 0.1) ? 'apart' : 'beside';
  const machines = members + (api === 'apart' ? 1 : 0);
  const { holder, follower } = stepsOfRestore();
  const within = pointsWithinSteps();
  // A machine holds at one point at most.
  const held = new Set<number>();
  let lost = 0;
  const faults: Fault[] = [];
  for (let count = random.pick([0, 1, 1, 2, 2, 3, 4]); count > 0; count--) {
    const kind = weighted(random);
    if (kind === 'miscall' && members === 1) continue;
    // The holder, which is the first, knows that it lives.
    const machine = kind === 'miscall' ? random.between(1, members - 1) : random.between(0, machines - 1);
    // Lose only members, and only while the others have a quorum: nothing would miss an API server's machine.
    if (kind === 'lose' && (machine >= members || ++lost > (members - 1) / 2)) continue;
    const byPoint = !held.has(machine) && machine < members && random.chance(0.6);
    if (byPoint) held.add(machine);
    const points = machine === 0 ? [...holder, ...within.filter((name) => name !== 'added')] : [...follower, ...within.filter((name) => name !== 'swapping')];
    const at = byPoint ? { point: random.pick(points) } : { ms: random.between(0, members * 4_000 + 6_000) };
    faults.push({ kind, machine, at, awayMs: random.between(200, 6_000) });
  }
  return {
    members,
    etcd: random.pick(['etcd34', 'etcd35', 'etcd36', 'etcd37']),
    shell: random.pick(['busybox', 'dash']),
    runs,
    api,
    lagMs: random.chance(0.5) ? 0 : random.between(100, 2_000),
    startMs: Array.from({ length: machines }, () => random.between(0, 2_000)),
    faults,
    data: random.pick(PLACES[runs]),
  };
}

/** In a line. */
export function planInWords({ members, etcd, shell, runs, api, data, lagMs, faults }: Plan): string {
  const played = faults.map(({ kind, machine, at }) => `${kind} ${machine + 1} at ${'point' in at ? at.point : `${(at.ms / 1000).toFixed(1)}s`}`);
  return [`${members}×${etcd}`, shell, ...runs === 'unit' ? ['units'] : [], ...api === 'apart' ? ['api apart'] : [], ...data === 'same' ? [] : [`data ${data}`], ...lagMs > 0 ? [`lag ${lagMs}`] : [], ...played].join(', ');
}

function weighted(random: Random): FaultKind {
  let left = random.next() * KINDS.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of KINDS) {
    left -= weight;
    if (left < 0) return kind;
  }
  return KINDS[0][0];
}
