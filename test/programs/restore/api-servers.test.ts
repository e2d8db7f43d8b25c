import { mkdirSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

interface Case {
  readonly prefix?: string;
  readonly address?: string;
  readonly reconciler?: string;
  /** Keys in etcd. */
  readonly leases: string[];
}

describeWithTools('API servers that write into this etcd', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-leases-'));
    mkdirSync(join(folder, 'record'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** On the only machine of a restore, whose API server is ready. Its patience is over. */
  function check({ prefix = '', address = '10.0.0.1', reconciler = '', leases }: Case): string {
    return callLibrary(shell, 'lib/text.sh', `
      WORK=$2 RECORD=$2/record ROLE=holder
      for library in lib/report lib/record restore/api-servers; do . "$1/$library.sh"; done
      ON_GIVE_UP=stop
      stop() { echo "given up: $1"; exit 0; }
      overdue() { :; }
      together() { return 1; }
      has_api() { :; }
      api_ready() { :; }
      setting() {
        case $2 in
          etcd-prefix) echo '${prefix}' ;;
          advertise-address) echo '${address}' ;;
          endpoint-reconciler-type) echo '${reconciler}' ;;
        esac
      }
      ask_old() { printf '%s\\n' ${leases.join(' ')} | grep "^$3" >"$WORK/answer" || :; }
      check_api_servers && echo passed`, [PROGRAMS, folder]).stdout.trim().split('\n').at(-1)!;
  }

  test.each([
    ['', '/registry'], ['registry', '/registry'], ['/registry/', '/registry'], ['//a//b/', '/a/b'],
  ])('with the prefix %j they are at %s', (prefix, at) => {
    expect(check({ prefix, leases: [`${at}/masterleases/10.0.0.1`] })).toBe('passed');
    expect(check({ prefix, leases: [`${at}/masterleases/10.0.0.1`, `${at}/masterleases/10.0.0.2`] })).toBe(
      'given up: an API server writes into this etcd, and takes no part in this restore: at 10.0.0.2',
    );
  });

  test.each(['fd00::10', 'FD00::0010', 'fd00:0:0:0:0:0:0:10'])('an address of IPv6 is known in any spelling, as %s', (address) => {
    expect(check({ address, leases: ['/registry/masterleases/fd00::10'] })).toBe('passed');
    expect(check({ address, leases: ['/registry/masterleases/fd00::10', '/registry/masterleases/fd00::1'] })).toMatch(/at fd00:0000:.*:0001$/);
  });

  test('where the own lease is not found, those of others are not either', () => {
    expect(check({ leases: [] })).toBe(
      'given up: which API servers write into this etcd can\'t be told: the one here is ready, and has no lease at /registry/masterleases/10.0.0.1',
    );
    expect(check({ leases: [], reconciler: 'none' })).toBe('passed');
  });
}));
