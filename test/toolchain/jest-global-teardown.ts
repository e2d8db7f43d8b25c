import { rmSync } from 'fs';
import { dirname } from 'path';
import { NOT_RUN_FILE, notRunReport, readNotRun } from './not-run';

/** The last thing a jest run prints. */
export default async function tearDown(): Promise<void> {
  const file = process.env[NOT_RUN_FILE];
  if (!file) return;
  process.stderr.write(notRunReport(readNotRun(file)));
  rmSync(dirname(file), { recursive: true, force: true });
}
