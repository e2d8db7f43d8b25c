import { shiftedDate } from './clock';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { runOrThrow } from '../toolchain/run';
import { toolchain } from '../toolchain/toolchain';

const month = 30 * 24 * 3600;

describeWithTools('a clock that is off', [toolchain.busybox], () => {
  const shells = { 'busybox sh': () => [toolchain.busybox.path(), 'sh', '-c'], 'the system’s sh': () => ['sh', '-c'] };

  describe.each(Object.entries(shells))('in %s', (_, shell) => {
    const say = async (program: string, seconds: number) => {
      const [command, ...args] = shell();
      return (await runOrThrow(command, [...args, shiftedDate(seconds) + program])).trim();
    };

    test.each([['a month behind', -month], ['a month ahead', month]])('tells a time %s, in whatever form', async (__, seconds) => {
      const expected = Date.now() / 1000 + seconds;
      expect(Math.abs(Number(await say('date +%s', seconds)) - expected)).toBeLessThan(20);
      expect(await say('date -u +%Y%m', seconds)).toBe(new Date(expected * 1000).toISOString().slice(0, 7).replace('-', ''));
    });

    test('leaves a time that is given as it is', async () => {
      expect(await say('date -u -d @0 +%Y-%m-%d', month)).toBe('1970-01-01');
    });
  });
});
