import assert from 'node:assert/strict';
import { pointsWithinSteps, stepsOfRestore } from '../drill/steps';

/** The points at which a restore can be hit, read from the program, so that no new step is forgotten. */
export interface RestorePoints {
  /** The steps of each role, in their order. */
  readonly steps: { readonly [role: string]: readonly string[] };
  /** Points inside steps. */
  readonly inner: readonly string[];
}

export function restorePoints(): RestorePoints {
  return { steps: stepsOfRestore(), inner: pointsWithinSteps() };
}

/** Throws when a role's program, or all roles' together, have a point that wasn't hit. @param hits by role. */
export function assertCovered(hits: ReadonlyMap<string, readonly string[]>): void {
  const { steps, inner } = restorePoints();
  for (const [role, hit] of hits) assert.deepEqual(steps[role].filter((step) => !hit.includes(step)), [], `steps of the ${role} that were not hit`);
  if (!hits.has('holder') || !hits.has('follower')) return;
  const all = [...hits.values()].flat();
  assert.deepEqual(inner.filter((point) => !all.includes(point)), [], 'points inside steps that were not hit');
}

/** Throws when a plan names a point that the program doesn't have: it would never be hit. */
export function requirePoints(names: readonly string[]): void {
  const { steps, inner } = restorePoints();
  const known = [...new Set([...Object.values(steps).flat(), ...inner])];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`failpoints must be of ${known.join(', ')}, got ${unknown.join(', ')}: the program's steps have changed, change the plan`);
}
