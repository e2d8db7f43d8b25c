import { mkdtempSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { neededTools, selectedTestFiles } from './needed-tools';
import { FAILED_BUILDS, NOT_RUN_FILE } from './not-run';
import { toolchain } from './toolchain';

/** What is read of jest's configuration. */
interface JestRun {
  readonly rootDir: string;
  readonly testPathPatterns: { readonly patterns: string[] };
}

/** Builds what the selected tests need before the first of them starts, so that no test's time-out covers a build. */
export default async function setUp({ rootDir, testPathPatterns }: JestRun): Promise<void> {
  process.env[NOT_RUN_FILE] = join(mkdtempSync(join(tmpdir(), 'cdk8s-day2-run-')), 'not-run.jsonl');
  const failures: Record<string, string> = {};
  for (const tool of neededTools(selectedTestFiles(join(rootDir, 'test'), testPathPatterns.patterns), toolchain)) {
    try {
      await tool.ensure();
    } catch (error) {
      // Not the end of the run: tests that don't need this tool are worth running, and the others report it.
      failures[tool.title] = (error as Error).message;
    }
  }
  process.env[FAILED_BUILDS] = JSON.stringify(failures);
}
