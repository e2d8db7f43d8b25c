import { execFileSync } from 'child_process';
import { join } from 'path';
import { Program } from '../../../src/runtime/program';

const PROGRAMS = join(__dirname, '..', '..', '..', 'programs');

/** The steps of each role in their order, as the program itself names them. */
export function stepsOfRestore(): Record<'holder' | 'follower' | 'api' | 'back', string[]> {
  const listed = execFileSync('sh', [join(PROGRAMS, 'restore.sh'), 'steps'], { encoding: 'utf8' });
  return Object.fromEntries(listed.trim().split('\n').map((line) => line.split(': ')).map(([role, steps]) => [role, steps.split(' ')])) as any;
}

/** Where else the program can be hit: points within steps. One that names a component stands for each that is stopped. */
export function pointsWithinSteps(): string[] {
  const files = Object.entries(Program.RESTORE.contents).filter(([name]) => !name.startsWith('lib/'));
  const text = files.map(([, content]) => content).join('\n');
  const named = [...text.matchAll(/^\s*(?:.*[;&|]\s*)?failpoint "?([a-z-]+(?:\$1)?)"?/gm)].map(([, name]) => name);
  return [...new Set(named.flatMap((name) => name.endsWith('$1') ? ['etcd', 'kube-apiserver'].map((component) => name.replace('$1', component)) : [name]))].sort();
}
