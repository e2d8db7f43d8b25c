import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { FAILED_BUILDS, NOT_RUN_FILE } from './not-run';
import { run } from './run';

/** Runs jest on a small suite, in a folder of its own, and returns its exit code and all that it printed. */
async function runSuite(tool: string, env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-test-'));
  const root = join(__dirname, '..', '..');
  try {
    const source = (file: string) => JSON.stringify(join(__dirname, file));
    writeFileSync(join(folder, 'suite.test.ts'), `
      import { describeWithTools } from ${source('describe-with-tools')};
      import { Tool } from ${source('tool')};
      const tool = new Tool({ name: 'anvil', version: '9', programs: [], how: '', needs: ${tool}, build: async () => undefined }, ${JSON.stringify(folder)});
      describeWithTools('forging', [tool], () => { it('bends iron', () => expect(tool.cached).toBe(true)); });
      it('needs no tool', () => undefined);
    `);
    writeFileSync(join(folder, 'jest.config.json'), JSON.stringify({
      rootDir: folder,
      testMatch: ['**/*.test.ts'],
      transform: { '^.+\\.ts$': [join(root, 'node_modules', 'ts-jest'), { tsconfig: join(root, 'test', 'tsconfig.json'), diagnostics: false }] },
      globalSetup: join(__dirname, 'jest-global-setup.ts'),
      globalTeardown: join(__dirname, 'jest-global-teardown.ts'),
    }));
    const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
    const { exitCode, stdout, stderr } = await run(process.execPath, [jest, '--config', join(folder, 'jest.config.json')], {
      env: { [NOT_RUN_FILE]: '', [FAILED_BUILDS]: '{}', ...env },
    });
    return { exitCode, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const lacksForge = "{ 'no-such-forge': 'buy one at the smith’s' }";

describe('where a tool can’t be had', () => {
  test('its tests are skipped, the others run, and the run ends by saying which and why', async () => {
    const { exitCode, output } = await runSuite(lacksForge, { CI: '' });
    expect(exitCode).toBe(0);
    expect(output).toMatch(/1 skipped, 1 passed/);
    const [, block] = output.split('TESTS THAT DID NOT RUN');
    expect(block).toMatch(/suite\.test\.ts: forging/);
    expect(block).toContain('anvil 9: no-such-forge is not on the PATH: buy one at the smith’s');
    expect(block).toContain('`npm run toolchain` builds them');
    expect(output.indexOf('TESTS THAT DID NOT RUN')).toBeGreaterThan(output.indexOf('1 skipped'));
  });

  test('in continuous integration a test fails in their place', async () => {
    const { exitCode, output } = await runSuite(lacksForge, { CI: 'true' });
    expect(exitCode).toBe(1);
    expect(output).toMatch(/1 failed, 1 passed/);
    expect(output).toContain('these tests did not run, and with CI=true they have to');
    expect(output).toContain('TESTS THAT DID NOT RUN');
  });
});
