import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { join } from 'path';
import { controls, explorations, landmarks } from './explorations';
import { ask } from './spin';
import { modelSteps } from './steps';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('the protocol of a restore', [toolchain.spin], () => {
  test.each(explorations)('$title: never two clusters, no old data lost, and no state without a way out', async (exploration) => {
    const { violated, states } = await ask(exploration);
    expect(violated).toBeUndefined();
    expect(states).toBeGreaterThan(100);
  });

  test.each(controls)('the checker finds what goes wrong when $title', async ({ violates, ...control }) => {
    expect((await ask({ ...control, small: true })).violated).toBe(violates);
  });

  test.each(landmarks)('the model gets to where $title', async (landmark) => {
    expect((await ask({ ...landmark, small: true })).violated).toBe('got_there');
  });
});

test('the model names a role’s steps in their order', () => {
  const { holder, follower, api, back } = modelSteps();
  expect(holder.slice(-8)).toEqual(['stop-etcd', 'swap', 'start-etcd', 'prove', 'mark', 'start-api', 'restart', 'finish']);
  expect(follower.indexOf('await-decision')).toBeLessThan(follower.indexOf('stop-etcd'));
  expect(api).not.toContain('stop-etcd');
  expect(back).toEqual(['put-back', 'call-off', 'unquiesce']);
});

test('of every step the model says what it is in it, and what is left out', () => {
  const text = readFileSync(join(__dirname, 'unit.pml'), 'utf8');
  const steps = [...text.matchAll(/# step: (.*)/g)].map(([, said]) => said);
  expect(steps.length).toBeGreaterThan(20);
  expect(steps.filter((said) => !/^[a-z-]+: [a-z, ]+ -- \S.{15,}/.test(said))).toEqual([]);
});

test('the program has the steps of the model', () => {
  const program = Object.fromEntries(execFileSync('sh', [join(__dirname, '..', '..', 'programs', 'restore.sh'), 'steps'], { encoding: 'utf8' })
    .trim().split('\n').map((line) => line.split(': ')).map(([role, steps]) => [role, steps.split(' ')]));
  expect(program).toEqual(modelSteps());
});
