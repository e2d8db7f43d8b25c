import { ChildProcess, spawn } from 'child_process';
import { once } from 'events';
import { copyFileSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { isRunning, killProcess } from './faults';
import { LocalNode } from './local-node';
import { until } from '../support/wait';

const node = new LocalNode();
let folder: string;
let program: string;
let victims: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-victim-'));
  // A name that no other process of this machine has.
  program = basename(folder);
  copyFileSync('/bin/sleep', join(folder, program));
  victims = [];
});
afterEach(() => {
  victims.forEach((victim) => victim.kill('SIGKILL'));
  rmSync(folder, { recursive: true, force: true });
});

function start(command: string, ...args: string[]): ChildProcess {
  const victim = spawn(command, args, { stdio: 'ignore' });
  victims.push(victim);
  return victim;
}

test('every process of a program is killed, and others that only mention it are not', async () => {
  const meant = [start(join(folder, program), '60'), start(join(folder, program), '61')];
  const bystander = start('sh', '-c', `sleep 60; : ${program}`);
  await until('the program runs', () => isRunning(node, program));
  const ends = meant.map((victim) => once(victim, 'exit'));
  await killProcess(node, program);
  for (const [, signal] of await Promise.all(ends)) expect(signal).toBe('SIGKILL');
  expect(await isRunning(node, program)).toBe(false);
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
});

test('a program that doesn’t run can’t be killed: the scenario would prove nothing', async () => {
  await expect(killProcess(node, program)).rejects.toThrow(`${program}( |$) failed with exit code 1`);
});
