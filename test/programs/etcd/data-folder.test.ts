import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('the disk of the data', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let work: string;
  beforeEach(() => { work = mkdtempSync(join(tmpdir(), 'cdk8s-day2-data-')); });
  afterEach(() => rmSync(work, { recursive: true }));

  /** What the check says before it looks at anything else. */
  const check = (systemctl: string) => callLibrary(shell, 'etcd/data-folder.sh', `
    . "\${0%/*/*}/lib/text.sh"
    WORK=$1 RECORD=$1 DATA_DIR=/srv/etcd
    fact() { :; }
    setting() { echo reached; }
    give_up() { echo "$1"; exit 0; }
    systemctl() { ${systemctl}; }
    check_data_folder`, [work]).stdout.trim();

  test('of which systemd does not say whether it should be mounted: that is not none', () => {
    expect(check('echo "Failed to connect to bus" >&2; return 1')).toBe('systemd does not say which disks should be mounted: Failed to connect to bus');
  });

  test.each([['loaded', 'a disk should be mounted at /srv, by /etc/fstab or a mount unit, and none is'], ['not-found', 'etcd has a write-ahead log of its own']])('which has a mount unit that is %s', (state, said) => {
    expect(check(`printf 'Where=/srv\\nLoadState=${state}\\n'`)).toContain(said);
  });
}));
