import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

describeWithTools('a restore waits', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-waits-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const call = (commands: string, answer = '') => {
    writeFileSync(join(folder, 'answer'), answer);
    return callLibrary(shell, 'lib/text.sh', `
      for library in lib/report lib/record etcd/membership restore/keys restore/waits; do . "$1/$library.sh"; done
      WORK=$2 RECORD=$2 OPERATION=x SELF=cp1 HOLDER=cp1 ROLE=follower VIA=https://cp1:2379
      MACHINES='cp1 cp.2' MEMBERS='cp1=https://cp1:2379 cp.2=https://cp.2:2379'
      read_decision() { return 1; }
      find_restored() { :; }
      ask() { :; }
      setting() { :; }
      api_knows_others() { :; }
      ${commands}`, [PROGRAMS, folder]).stdout;
  };

  test('for a machine by its whole name', () => {
    const keys = (kind: string, other: string) => `/cdk8s-day2/restore/x/cp1/${kind}/cp1\n/cdk8s-day2/restore/x/cp1/${kind}/${other}\n`;
    expect(call('await_all ready 600 || echo waits', keys('ready', 'cp-2'))).toMatch(/waiting for cp\.2: .*\nwaits\n$/);
    expect(call('await_all ready 600 && echo ready', keys('ready', 'cp.2'))).toBe('ready\n');
    expect(call('safe_for_api || echo waits', keys('stopped', 'cp-2'))).toMatch(/waiting until cp\.2 has stopped serving the old data\nwaits\n$/);
    expect(call('safe_for_api && echo safe', keys('stopped', 'cp.2'))).toBe('safe\n');
  });
}));
