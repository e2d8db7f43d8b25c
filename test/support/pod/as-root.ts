import { relative } from 'path';
import { recordNotRun } from '../../toolchain/not-run';

/** Tests that need root, for namespaces and mounts: without it they are reported as not run, and with `CI=true` they fail. */
export function asRoot(suite: string, tests: () => void): void {
  if (process.getuid?.() === 0) {
    tests();
    return;
  }
  const reason = 'root: the pods of these tests are made of mounts and namespaces, so run `npm test` as root, in a container for instance';
  recordNotRun({ file: relative(process.cwd(), expect.getState().testPath ?? ''), suite, reasons: [reason] });
  const absent = process.env.CI === 'true' ? it : it.skip;
  absent('runs as root', () => {
    throw new Error(`these tests did not run, and with CI=true they have to: ${reason}`);
  });
}
