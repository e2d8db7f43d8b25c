import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

/** Day of November 2026, revision, etcd cluster with its history, and the restore that has made it. */
type Backup = [day: number, revision: number, history?: string, restore?: string];

const nameOf = ([day, revision]: Backup) => `${20261100 + day}T000000Z-r${revision}`;
/** A day that is in the future on every machine that runs this. */
const FUTURE = 73_000_000;

const GOOD: Backup[] = [[1, 66, '7'], [2, 67, '7']];
const RESTORED: Backup[] = [[5, 12, '9', 'of-may'], [6, 13, '9', 'of-may']];

describeWithTools('of the backups on a volume', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-latest-'));
    for (const name of ['backups', 'work']) mkdirSync(join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function choose(snapshot: string, backups: Backup[]): string {
    for (const backup of backups) {
      const [id, history] = (backup[2] ?? '').split('.');
      const record = { ...id ? { clusterId: id } : {}, ...history ? { history: Number(history) } : {}, restoreId: backup[3], sizeBytes: 2 };
      mkdirSync(join(folder, 'backups', nameOf(backup)));
      writeFileSync(join(folder, 'backups', nameOf(backup), 'snapshot.db'), 'x\n');
      writeFileSync(join(folder, 'backups', nameOf(backup), 'backup.json'), `${JSON.stringify(record)}\n`);
    }
    return callLibrary(shell, 'lib/text.sh', `
      for library in lib/report lib/record backup/backups restore/snapshot; do . "$1/$library.sh"; done
      WORK=$2/work RECORD=$2/work BACKUP_ROOT=$2 CLUSTER=backups SNAPSHOT=$3
      check_owner() { :; }
      give_up() { echo "given up: $1"; exit 0; }
      choose_snapshot
      basename "$(dirname "$SNAPSHOT_FILE")"`, [PROGRAMS, folder, snapshot]).stdout.trim().split('\n').pop()!;
  }

  const chosen: [string, string, Backup[], Backup][] = [
    ['the newest', 'latest', GOOD, GOOD[1]],
    ['the newest, where none says of which cluster it is', 'latest', [[1, 66], [2, 30]], [2, 30]],
    ['the newest, where older ones do not say it', 'latest', [[1, 90], ...GOOD], GOOD[1]],
    ['the one that is furthest, as a member may be a little behind', 'latest', [[1, 67, '7'], [2, 66, '7']], [1, 67, '7']],
    ['none that is dated in the future', 'latest', [...GOOD, [FUTURE, 60, '7']], GOOD[1]],
    ['none that is dated in the future, before a time that is', 'before:9999-01-01T00:00:00Z', [...GOOD, [FUTURE, 60, '7']], GOOD[1]],
    ['the newest of what a restore of ours has made', 'latest', [...GOOD, ...RESTORED], RESTORED[1]],
    ['the same, with an old one that is dated in the future', 'latest', [...GOOD, ...RESTORED, [FUTURE, 60, '7']], RESTORED[1]],
    ['the newest from before the etcd began anew', 'before:2026-11-03T00:00:00Z', [...GOOD, [4, 9, '7.2']], GOOD[1]],
    ['one that is named, whatever it is', `at:${nameOf([FUTURE, 60])}`, [...GOOD, [4, 9, '7.2'], [FUTURE, 60, '7']], [FUTURE, 60, '7']],
  ];
  test.each(chosen)('%s is taken', (_, snapshot, backups, expected) => expect(choose(snapshot, backups)).toBe(nameOf(expected)));

  const refused: [string, Backup[], Backup, Backup][] = [
    ['the etcd has begun anew', [...GOOD, [4, 9, '7.2'], [5, 10, '7.2']], [5, 10, '7.2'], GOOD[1]],
    ['two clusters write here', [[1, 66, '7'], [2, 5, '8'], [3, 67, '7']], [3, 67, '7'], [2, 5, '8']],
    ['the old cluster is back after a restore', [...GOOD, ...RESTORED, [8, 70, '7']], [8, 70, '7'], RESTORED[1]],
    ['the old cluster was back between two backups of what a restore has made', [...GOOD, ...RESTORED, [8, 70, '7'], [9, 15, '9', 'of-may']], [9, 15, '9'], [8, 70, '7']],
    ['the furthest is dated in the future', [...GOOD, [FUTURE, 90, '7']], GOOD[1], [FUTURE, 90, '7']],
  ];
  test.each(refused)('none is taken if %s, and both are named', (_, backups, newest, other) => {
    const ahead = other[0] === FUTURE ? ', dated in the future' : '';
    expect(choose('latest', backups)).toBe(`given up: which backup is meant can't be told: ${nameOf(newest)} (etcd cluster ${newest[2]}); or ${nameOf(other)} (etcd cluster ${other[2]}${ahead})`);
  });

  test('none is taken if all are dated in the future, and the clock is told', () => {
    expect(choose('latest', [[FUTURE, 60, '7']])).toMatch(/^given up: there is no complete backup from before now, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, in /);
  });
}));
