import { relative } from 'path';
import { recordNotRun, whyAbsent } from './not-run';
import { Tool } from './tool';

/**
 * A `describe` whose tests run real programs.
 *
 * Where a program can't be had, the tests are skipped, and the end of the jest run says so in one block. With `CI=true`
 * they fail instead: a pipeline that proves nothing must not be green.
 *
 * All tests of the file get ten minutes. Most need seconds, and a busy machine takes its time.
 */
export function describeWithTools(name: string, tools: Tool[], tests: () => void): void {
  jest.setTimeout(600_000);
  const reasons = tools.filter((tool) => !tool.cached).map(whyAbsent);
  if (reasons.length === 0) {
    describe(name, tests);
    return;
  }
  recordNotRun({ file: relative(process.cwd(), expect.getState().testPath ?? ''), suite: name, reasons });
  if (process.env.CI === 'true') {
    describe(name, () => {
      it('has the real programs that it is about', () => {
        throw new Error(`these tests did not run, and with CI=true they have to:\n${reasons.join('\n')}`);
      });
    });
  } else {
    describe.skip(name, tests);
  }
}
