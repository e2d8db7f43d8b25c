import assert from 'node:assert/strict';
import { join } from 'path';
import { Program } from '../../../src/runtime/program';
import { runOrThrow } from '../../toolchain/run';

const programs = join(__dirname, '../../../programs');

/** The points at which a restore can be hit, read from the program, so that no new step is forgotten. */
export interface RestorePoints {
  /** The steps of each role, in their order. */
  readonly steps: { readonly [role: string]: readonly string[] };
  /** Points inside steps, by the beginning of their names; a component's name may follow. */
  readonly inner: readonly string[];
}

export async function restorePoints(): Promise<RestorePoints> {
  const listed = await runOrThrow('sh', [join(programs, 'restore.sh'), 'steps']);
  const steps = Object.fromEntries(listed.trim().split('\n').map((line) => {
    const [role, names] = line.split(': ');
    return [role, names.split(' ')];
  }));
  const library = Object.values(Program.BREAK_GLASS.contents).join('\n');
  const inner = [...library.matchAll(/^[^#\n]*\bfailpoint "?([a-z][a-z-]*)/gm)].map(([, name]) => name);
  return { steps, inner: [...new Set(inner)] };
}

/** Throws when a role's program, or all roles' together, have a point that wasn't hit. @param hits by role. */
export async function assertCovered(hits: ReadonlyMap<string, readonly string[]>): Promise<void> {
  const { steps, inner } = await restorePoints();
  for (const [role, hit] of hits) assert.deepEqual(steps[role].filter((step) => !hit.includes(step)), [], `steps of the ${role} that were not hit`);
  if (!hits.has('holder') || !hits.has('follower')) return;
  const all = [...hits.values()].flat();
  assert.deepEqual(inner.filter((point) => !all.some((name) => name.startsWith(point))), [], 'points inside steps that were not hit');
}

/** Throws when a plan names a point that the program doesn't have: it would never be hit. */
export async function requirePoints(names: readonly string[]): Promise<void> {
  const { steps, inner } = await restorePoints();
  const known = [...new Set([...Object.values(steps).flat(), ...inner])];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`failpoints must be of ${known.join(', ')}, got ${unknown.join(', ')}: the program's steps have changed, change the plan`);
}
