import { execFileSync } from 'child_process';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

const PROGRAMS = join(__dirname, '..', '..', '..', 'programs');

/** The steps of each role in their order, as the program itself names them. */
export function stepsOfRestore(): Record<'holder' | 'follower' | 'api' | 'back', string[]> {
  const listed = execFileSync('sh', [join(PROGRAMS, 'restore.sh'), 'steps'], { encoding: 'utf8' });
  return Object.fromEntries(listed.trim().split('\n').map((line) => line.split(': ')).map(([role, steps]) => [role, steps.split(' ')])) as any;
}

/** Where else the program can be hit: points within steps. One that names a component stands for each that is stopped. */
export function pointsWithinSteps(): string[] {
  const files = ['restore-steps', 'restore-back', 'restore-snapshot', 'restore-keys', 'restore-trial', 'membership', 'node'].map((name) => `${name}.sh`);
  const text = readdirSync(join(PROGRAMS, 'lib')).filter((name) => files.includes(name)).map((name) => readFileSync(join(PROGRAMS, 'lib', name), 'utf8')).join('\n');
  const named = [...text.matchAll(/^\s*(?:.*[;&|]\s*)?failpoint "?([a-z-]+(?:\$1)?)"?/gm)].map(([, name]) => name);
  return [...new Set(named.flatMap((name) => name.endsWith('$1') ? ['etcd', 'kube-apiserver'].map((component) => name.replace('$1', component)) : [name]))].sort();
}
