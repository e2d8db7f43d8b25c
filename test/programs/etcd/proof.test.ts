import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

const CLUSTER = '17946517082236295441';

/** What is seen of a machine; what is left out is as it is when all is well. */
interface Seen {
  readonly serving?: string;
  readonly answer?: string;
  readonly open?: boolean;
  readonly settings?: string;
  readonly lease?: string;
  readonly shown?: string;
  /** What the first etcd that the API server asks says of its cluster; the second one does not answer. */
  readonly asked?: string;
}

const WELL: Required<Seen> = {
  serving: 'echo 12',
  answer: `{"header":{"cluster_id":${CLUSTER},"revision":1000000020,"raft_term":2}}`,
  open: true,
  settings: 'advertise-address=192.0.2.11',
  lease: '{"header":{"revision":1000000030},"kvs":[{"key":"eA==","create_revision":1000000021,"mod_revision":1000000028,"version":3}],"count":1}',
  shown: 'echo 1000000031',
  asked: `echo ${CLUSTER}`,
};

describeWithTools('what is called proved', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-proof-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Asks a question where all is well but for `seen`; returns the status and the words. */
  function ask(question: string, seen: Seen): { status: number; words: string } {
    const { serving, answer, open, settings, lease, shown, asked } = { ...WELL, ...seen };
    const { stdout } = callLibrary(shell, 'lib/report.sh', `
      for library in lib/text etcd/proof restore/api-servers restore/proof; do . "$1/$library.sh"; done
      WORK=$2 RECORD=$2 ROLE=holder SELF=cp1 LOCAL_URL=https://127.0.0.1:2379 DATA_DIR=/var/lib/etcd MANIFESTS=/etc/kubernetes/manifests
      PROOF='cluster 1' UNPROVED=
      serving() { ${serving}; }
      served_by_another() { echo "something serves that is not $1"; }
      flag_of() { [ "$2" != etcd-servers ] || echo https://192.0.2.11:2379,https://192.0.2.12:2379; }
      cluster_id() { case $1 in *.12:*) return 1 ;; esac; ${asked}; }
      has_open() { ${open}; }
      setting() { printf '%s\\n' '${settings}' | sed -n "s/^$2=//p"; }
      shown_by_api() { ${shown}; }
      reason() { echo 'no answer'; }
      ask() { case $* in *masterleases*) echo '${lease}' ;; *) echo '${answer}' ;; esac >"$WORK/answer"; }
      status=0
      ${question} || status=$?
      echo "$status \${UNPROVED:-$PROOF}"`, [PROGRAMS, folder]);
    return { status: Number(stdout[0]), words: stdout.slice(2).trim() };
  }

  describe('of etcd', () => {
    const member = (seen: Seen) => ask(`proves_member ${CLUSTER} 1000000010`, seen);

    test('the cluster, the revision and the open database, all of them', () => expect(member({}).status).toBe(0));

    test.each<[string, Seen, number, RegExp]>([
      ['nobody serves', { serving: 'return 1' }, 1, /does not serve on cp1/],
      ['somebody else serves', { serving: 'return 2' }, 1, /something serves that is not etcd/],
      ['another cluster', { answer: WELL.answer.replace(CLUSTER, '5') }, 2, /serves the cluster 5, and not 17946517082236295441/],
      ['no cluster', { answer: '{}' }, 2, /serves the cluster unknown/],
      ['a lower revision', { answer: WELL.answer.replace('1000000020', '1000000009') }, 2, /is at revision 1000000009/],
      ['no revision', { answer: `{"header":{"cluster_id":${CLUSTER}}}` }, 2, /is at revision unknown/],
      ['another database', { open: false }, 2, /does not have \/var\/lib\/etcd\/member\/snap\/db open/],
    ])('%s is none', (_, seen, status, words) => {
      expect(member(seen)).toEqual({ status, words: expect.stringMatching(words) });
    });
  });

  describe('of an API server', () => {
    const api = (seen: Seen) => ask(`proves_api ${CLUSTER} 1000000020`, seen);

    test('its lease in etcd and what it shows, each said', () => {
      expect(api({})).toEqual({ status: 0, words: 'cluster 1, the API server\'s own lease renewed in it, read through the API at 1000000031' });
      expect(api({ shown: 'return 1' })).toEqual({ status: 0, words: 'cluster 1, the API server\'s own lease renewed in it' });
    });

    test('without an address of its own it is not called its own lease', () => {
      expect(api({ settings: 'secure-port=6443' }).words).toContain('an API server\'s lease renewed in it');
    });

    test('one that renews no lease has to be asked, and its lease is not claimed', () => {
      const settings = 'endpoint-reconciler-type=none';
      expect(api({ settings })).toEqual({ status: 0, words: 'cluster 1, read through the API at 1000000031' });
      expect(api({ settings, shown: 'return 1' })).toEqual({ status: 1, words: expect.stringMatching(/renews no lease .* and can't be asked: that needs curl/) });
    });

    test.each<[string, Seen, RegExp]>([
      ['nobody serves its port', { serving: 'return 1' }, /port is not served by this machine's kube-apiserver/],
      ['an etcd asked that serves another cluster', { asked: 'echo 5' }, /on cp1 asks the etcd at https:\/\/192\.0\.2\.11:2379, which serves the cluster 5, and not 17946517082236295441/],
      ['no etcd asked that answers', { asked: 'return 1' }, /no etcd that the API server on cp1 asks answers \(https:\S+\): no answer/],
      ['a lease from before', { lease: WELL.lease.replace('"mod_revision":1000000028', '"mod_revision":1000000020') }, /at 192\.0\.2\.11 has not renewed its lease/],
      ['no lease', { lease: '{"header":{"revision":1000000030}}' }, /has not renewed its lease/],
      ['an older state shown', { shown: 'echo 1000000019' }, /shows resourceVersion 1000000019/],
      ['no number shown', { shown: 'echo many' }, /shows resourceVersion many/],
    ])('%s is none', (_, seen, words) => {
      expect(api(seen)).toEqual({ status: 1, words: expect.stringMatching(words) });
    });
  });
}));
