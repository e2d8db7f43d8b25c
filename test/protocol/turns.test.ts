import { ask, Question } from './spin';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const about = (defines: string[], more: Partial<Question> = {}): Question => ({ model: 'turns.pml', defines, small: true, ...more });

describeWithTools('the turns of nodes that know each other by their marks', [toolchain.spin], () => {
  test.each([
    ['three nodes', []],
    ['nodes that go off, and whose Nodes are deleted', ['OFF', 'GONE']],
    ['units that take their own mark away as no pod comes', ['CARRIED_OFF', 'OFF']],
    ['marks that somebody takes away before the work', ['TAKEN']],
  ])('%s: never more than each of them allows', async (_, defines) => {
    const { violated, states } = await ask(about(defines));
    expect(violated).toBeUndefined();
    expect(states).toBeGreaterThan(100);
  });

  test('all have their turn in the end', async () => {
    expect((await ask(about([], { liveness: true, fair: true }))).violated).toBeUndefined();
  });

  test.each([
    ['a marked node does not look again', ['BLIND'], {}, 'too_many'],
    ['what was read for an earlier mark counts', ['ANY_MARK', 'CARRIED_OFF'], {}, 'too_many'],
    ['nobody gives way', ['STUBBORN'], { liveness: true, fair: true }, 'settles'],
  ])('the checker finds what goes wrong when %s', async (_, defines, more, violates) => {
    expect((await ask(about(defines, more))).violated).toBe(violates);
  });
});
