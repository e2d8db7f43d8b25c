import { ContainerResult } from './container';
import { SnapshotScene, summaryOf } from './snapshot-scene';

export interface Failure {
  readonly exitCode: number;
  /** The step that the summary names. */
  readonly step: string;
  readonly message: RegExp;
  readonly fix: RegExp;
}

/**
 * Checks that a run failed, and what holds for every failure: earlier backups are untouched, nothing new counts as a backup,
 * nothing half done is left, the exit code says so, and the termination message says what happened and what to do.
 */
export async function expectFailure(scene: SnapshotScene, run: () => Promise<ContainerResult>, failure: Failure): Promise<ContainerResult> {
  const before = scene.backups.look();
  const result = await run();
  const summary = summaryOf(result);
  expect({ exitCode: result.exitCode, ...summary }).toEqual({
    exitCode: failure.exitCode,
    outcome: 'failed',
    step: failure.step,
    message: expect.stringMatching(failure.message),
    fix: expect.stringMatching(failure.fix),
  });
  expect(scene.backups.look()).toEqual(before);
  expect(scene.backups.complete).toEqual(scene.earlier);
  expect(scene.backups.leftovers).toEqual([]);
  return result;
}

/** Checks that a run went well, perhaps after a fault: its new backup is whole, and nothing half done is left. */
export async function expectSaved(scene: SnapshotScene, run: () => Promise<ContainerResult>): Promise<any> {
  const result = await run();
  const summary = summaryOf(result);
  expect({ exitCode: result.exitCode, outcome: summary.outcome, stderr: result.stderr }).toEqual({ exitCode: 0, outcome: 'saved', stderr: '' });
  expect(scene.backups.faults(summary.backup)).toEqual([]);
  expect(scene.backups.leftovers).toEqual([]);
  return { ...summary, ...scene.backups.record(summary.backup) };
}
