import { readFileSync } from 'fs';
import { join } from 'path';

/** Who takes a step: a machine with a member of etcd, a machine with only an API server, or anyone on the way back. */
export type Role = 'holder' | 'follower' | 'api' | 'back';

/** The names of the model's steps for each role, in their order: what `# step: NAME: ROLES` says in its comments. */
export function modelSteps(): Record<Role, string[]> {
  const steps: Record<Role, string[]> = { holder: [], follower: [], api: [], back: [] };
  const model = readFileSync(join(__dirname, 'unit.pml'), 'utf8');
  for (const [, name, roles] of model.matchAll(/# step: ([a-z-]+): ([a-z, ]+)/g)) {
    for (const role of roles.trim().split(', ')) {
      if (!(role in steps)) throw new Error(`unit.pml gives the step ${name} to '${role}': allowed are ${Object.keys(steps).join(', ')}`);
      steps[role as Role].push(name);
    }
  }
  return steps;
}
