import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

describeWithTools('a follower starts etcd', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-start-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** @param has what the data folder has. @param joining whether etcd was told to join. */
  const start = (has: readonly string[], joining: boolean, restored = true) => {
    for (const path of has) mkdirSync(join(folder, 'etcd', path), { recursive: true });
    if (joining) writeFileSync(join(folder, 'joining'), 'yes\n');
    return callLibrary(shell, 'lib/text.sh', `
      for library in lib/report lib/record etcd/joining etcd/data-folder restore/steps; do . "$1/$library.sh"; done
      WORK=$2 RECORD=$2 DATA_DIR=$2/etcd ROLE=follower OPERATION=x
      keep_quiet() { :; }
      keep_stopped() { :; }
      find_restored() { ${restored ? 'VIA=https://cp1:2379' : 'return 1'}; }
      tell_to_join() { echo "told by $VIA"; }
      start_component() { echo started; }
      step_start_etcd || echo later`, [PROGRAMS, folder]).stdout;
  };

  test.each<[string, string[], boolean]>([
    ['nothing', [], false],
    ['what an etcd leaves that could not join', ['member/snap'], true],
    ['a log, and etcd was not told to join', ['member/wal'], false],
  ])('told by the restored cluster whom to join, where it has %s', (_, has, joining) => {
    expect(start(has, joining)).toBe('told by https://cp1:2379\nstarted\n');
  });

  test('and not before that cluster answers', () => {
    expect(start(['member/snap'], true, false)).toBe('later\n');
  });

  test('without a question when it has joined before: its vote may be what that cluster lacks', () => {
    expect(start(['member/wal'], true, false)).toBe('started\n');
  });
}));
