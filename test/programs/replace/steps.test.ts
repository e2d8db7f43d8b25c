import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

describeWithTools('a member counts as dead', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-replace-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const look = (why: string) => callLibrary(shell, 'lib/text.sh', `
    for library in lib/report lib/record etcd/tools replace/check replace/steps; do . "$1/$library.sh"; done
    WORK=$2 RECORD=$2 SELF=cp2 LOCAL_URL=https://127.0.0.1:2379 DEAD_FOR=15
    echo 1 >"$RECORD/since-dead"
    ask() { echo '${why}' >"$WORK/errors"; return 1; }
    give_up() { echo "given up: $1"; exit 0; }
    check_dead && echo dead`, [PROGRAMS, folder]).stdout.trim().split('\n').pop();

  test('that does not answer', () => {
    expect(look('dial tcp 127.0.0.1:2379: connect: connection refused')).toBe('dead');
  });

  test.each(['tls: failed to verify certificate: x509: certificate has expired or is not yet valid', 'remote error: tls: bad certificate'])('not one that answers with: %s', (why) => {
    expect(look(why)).toMatch(/^given up: etcd on cp2 answers, with a certificate that does not hold/);
  });
}));

describeWithTools('the end of a replacement', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-replace-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** How a replacement ends when its time is over. @param proof the body of proves_member. @param healthy whether all members are. */
  const end = (proof: string, healthy: boolean) => callLibrary(shell, 'lib/text.sh', `
    for library in lib/report lib/record replace/check replace/steps; do . "$1/$library.sh"; done
    WORK=$2 RECORD=$2 SELF=cp2 VIA=https://cp1:2379 LOCAL_URL=https://127.0.0.1:2379 PEER_URL=https://cp2:2380 OPERATION=x FINISH_TIMEOUT=900 API_SAYS=
    DATA_DIR=$2/etcd
    echo 1 >"$RECORD/since-finish"; echo 1 >"$RECORD/started"
    forget_joining() { :; }
    reach() { :; }
    members() { echo '1 cp2 https://cp2:2380 https://cp2:2379 voter'; }
    cluster_id() { echo 7; }
    proves_member() { ${proof}; }
    all_healthy() { ${healthy}; }
    api_ready() { :; }
    conclude() { echo "$1 $2: $3"; exit 0; }
    step_finish`, [PROGRAMS, folder]).stdout.trim().split('\n').pop();

  test('proved and healthy, it is replaced', () => {
    expect(end('UNPROVED=', true)).toMatch(/^0 replaced: the member on cp2 is replaced: all 1 members are healthy/);
  });

  test('proved, and another member ill, it is replaced, and that is said', () => {
    expect(end('UNPROVED=', false)).toMatch(/^0 replaced: the member on cp2 is replaced, but not everything is healthy/);
  });

  test.each([1, 2])('not proved, it is not called replaced (status %i)', (status) => {
    expect(end(`UNPROVED='etcd on cp2 serves the cluster 8, and not 7'; return ${status}`, true))
      .toMatch(/^1 unproved: it is not proved that the member on cp2 is replaced, after \d+ s: etcd on cp2 serves the cluster 8, and not 7/);
  });
}));
