import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

const HERE = '2a, started, cp2, https://cp2:2380, https://cp2:2379, true';
const OTHER = '1a, started, cp1, https://cp1:2380, https://cp1:2379, false';

describeWithTools('a member that joins, and gives up its data only if the cluster has removed it', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  let dataDir: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-joining-'));
    dataDir = join(folder, 'etcd');
    mkdirSync(join(dataDir, 'member', 'wal'), { recursive: true });
    for (const [fact, value] of [['joining', 'yes'], ['told-id', '2a'], ['told-cluster', '7']]) writeFileSync(join(folder, fact), `${value}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** @param answers what `member list` answers, one after the other; undefined: nothing. @param cluster the id of the cluster that answers. */
  const call = (commands: string, answers: readonly (readonly string[] | undefined)[], cluster = '7') => {
    answers.forEach((lines, index) => lines && writeFileSync(join(folder, `list-${index + 1}`), lines.map((line) => `${line}\n`).join('')));
    return callLibrary(shell, 'lib/text.sh', `
      for library in lib/report lib/record etcd/tools etcd/membership etcd/joining etcd/data-folder; do . "$1/$library.sh"; done
      WORK=$2 RECORD=$2 DATA_DIR=$2/etcd SELF=cp2 NAME=cp2 VIA=https://cp1:2379 LOCAL_URL=https://127.0.0.1:2379 PEER_URL=https://cp2:2380 OPERATION=x
      ask() {
        case "$3 $4" in
          'member list')
            echo "$(($(cat "$WORK/asked" 2>/dev/null || echo 0) + 1))" >"$WORK/asked"
            cat "$WORK/list-$(cat "$WORK/asked")" >"$WORK/answer" 2>"$WORK/errors"
            ;;
          'get /') echo '{"header":{"cluster_id":${cluster},"member_id":1}}' >"$WORK/answer" ;;
          'endpoint status') echo "$LOCAL_URL, 2a, 3.6.5" >"$WORK/answer" ;;
          *) echo "asked: $3 $4" ;;
        esac
      }
      pause() { :; }
      stop_component() { echo "stopped: $1"; }
      make_data_folder() { :; }
      go_to() { echo "goes to $2"; exit 0; }
      list_now() { echo follower; }
      ${commands}`, [PROGRAMS, folder]).stdout;
  };
  const rejoins = (...answers: Parameters<typeof call>[1]) => call('rejoin_if_removed stopped; rejoin_if_stray; echo stays', answers);
  const abandoned = () => readdirSync(dataDir).join(' ') !== 'member';

  test.each<[string, (readonly string[] | undefined)[]]>([
    ['that no question is answered', []],
    ['that only the second question is answered', [undefined, [OTHER]]],
    ['that the second answer has it', [[OTHER], [OTHER, HERE], [OTHER, HERE], [OTHER, HERE]]],
    ['that it has another peer URL now', [[OTHER, HERE.replace('cp2:2380', '10.0.0.2:2380')]]],
  ])('keeps it, for all %s', (_, answers) => {
    expect(rejoins(...answers)).toBe('stays\n');
    expect(abandoned()).toBe(false);
  });

  test('keeps it where another cluster is asked than the one that it was told to join', () => {
    expect(call('rejoin_if_removed stopped; echo stays', [[OTHER], [OTHER]], '8')).toBe('stays\n');
    expect(abandoned()).toBe(false);
  });

  test('sets it aside when it is removed', () => {
    expect(rejoins([OTHER], [OTHER])).toMatch(/somebody has removed it: it joins anew\nstopped: etcd\ngoes to stopped\n$/);
    expect(readdirSync(dataDir)).toEqual(['abandoned-x']);
  });

  test('a list that can\'t be read adds nobody', () => {
    expect(call('add_learner || echo later', [])).toBe('later\n');
  });
}));
