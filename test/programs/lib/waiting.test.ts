import { asRoot } from '../../support/pod/as-root';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

/** A host with an operation `first` of upgrade-node.sh that has its unit, and no result. */
const HOST = `
  here=$1
  . "$here/lib/all.sh"
  HOME=$(mktemp -d)
  OPERATIONS=$HOME/operations UNITS=$HOME/units SCRATCH=$HOME/scratch WORK=$HOME/work PROGRAM=upgrade-node.sh INPUTS= SELF=w1 TOOLS= IN_POD=1
  RUNS=yes
  # Whoever runs as root here, without a host of its own.
  on_host() { case "$*" in *is-active*) [ -n "$RUNS" ] ;; *'systemctl '*) ;; *) "$@" ;; esac; }
  install_unit() { echo "unit of $OPERATION" >>"$HOME/started"; }
  mkdir -p "$UNITS" "$WORK" "$OPERATIONS/first/program" "$OPERATIONS/first/record" "$OPERATIONS/first/bin"
  : >"$OPERATIONS/first/program/upgrade-node.sh"
  : >"$UNITS/cdk8s-day2-first.service"
  stage() { : >program/upgrade-node.sh && echo "\${WAITS:+yes}" >record/waits; }
  begin() { status=0; (OPERATION=$1 && begin_operation stage) 2>&1 || status=$?; echo "status $status"; }
  result_of() { cat "$OPERATIONS/$1/result" 2>/dev/null || echo none; }
  remove() { rm -rf "$HOME"; }`;

describeWithTools('an operation that begins while another one waits', [toolchain.busybox], () => asRoot('an operation that begins while another one waits', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    const call = (commands: string) => callLibrary(shell, 'lib/text.sh', `${HOST}\n${commands}\nremove`, [PROGRAMS]).stdout;
    const superseded = { outcome: 'superseded', operation: 'first', successor: 'second' };

    test('takes its place, where only the latest counts; its unit, which runs, finds that and cleans up', () => {
      const [status, result, unit, tools, started] = call(`
        echo yes >"$OPERATIONS/first/record/waits"
        WAITS=latest
        begin second >/dev/null; begin second | tail -n 1
        result_of first
        ls "$UNITS"
        ls "$OPERATIONS/first"  | grep bin
        sort -u "$HOME/started"`).trim().split('\n');
      expect(status).toBe('status 0');
      expect(JSON.parse(result)).toMatchObject(superseded);
      expect([unit, tools, started]).toEqual(['cdk8s-day2-first.service', 'bin', 'unit of second']);
    });

    test('takes its place where its unit does not run, and removes it', () => {
      expect(call(`
        echo yes >"$OPERATIONS/first/record/waits"
        WAITS=latest RUNS=
        begin second | tail -n 1
        ls "$UNITS"
        ls "$OPERATIONS/first" | grep bin`)).toBe('status 0\n');
    });

    test('takes no place of one that gives its node back', () => {
      expect(call(`
        echo back >"$OPERATIONS/first/record/waits"
        WAITS=latest
        begin second | tail -n 1
        result_of first`)).toBe('status 0\nnone\n');
    });

    test('is of its own program: another one\'s is neither shown nor ended', () => {
      const said = call(`
        TERMINATION_MESSAGE=
        : >"$OPERATIONS/first/inputs"
        (PROGRAM=restore.sh OPERATION=first && find_operation) 2>&1 || echo "status $?"
        (OPERATION=first && find_operation) && echo found`);
      expect(said).toContain('first is an operation of upgrade-node.sh');
      expect(said).toMatch(/status 2\nfound\n$/);
    });

    test('waits itself, where all go', () => {
      expect(call(`
        echo yes >"$OPERATIONS/first/record/waits"
        WAITS=all
        begin second | tail -n 1
        result_of first`)).toBe('status 0\nnone\n');
    });

    test('begins in a pod, where the other one has the host: it will wait', () => {
      expect(call(`
        echo no >"$OPERATIONS/first/record/waits"
        WAITS=latest
        begin second | tail -n 1
        result_of first
        OPERATION=second RECORD=$OPERATIONS/second/record
        if take_host; then echo taken; fi
        cat "$RECORD/waits"`)).toMatch(/^status 0\nnone\n.*waiting for first, which is under way on this machine\nyes\n$/);
    });

    test.each(['no', ''])('is refused by hand, or where it begins at once, as the other one has the host: %j', (waits) => {
      const said = call(`
        [ -z '${waits}' ] || echo '${waits}' >"$OPERATIONS/first/record/waits"
        echo '#   sh upgrade-node.sh --abort ID' >"$OPERATIONS/first/program/upgrade-node.sh"
        TERMINATION_MESSAGE=
        (IN_POD= WAITS=latest begin second)
        (PROGRAM=restore.sh begin third)
        ls "$OPERATIONS"`);
      expect(said.match(/"message":"operation first is under way on this machine"/g)).toHaveLength(2);
      expect(said.match(/status 2/g)).toHaveLength(2);
      expect(said).toContain('--abort first');
      expect(said.trimEnd().split('\n').at(-1)).toBe('first');
    });

    test('a restore begins, and the one that waits can not take the host any more', () => {
      expect(call(`
        echo yes >"$OPERATIONS/first/record/waits"
        stage() { : >program/restore.sh; }
        (PROGRAM=restore.sh begin second) | tail -n 1
        result_of first
        OPERATION=first RECORD=$OPERATIONS/first/record
        if take_host; then echo taken; fi
        cat "$RECORD/waits"
        echo '{}' >"$OPERATIONS/second/result"
        if take_host; then echo taken; fi
        cat "$RECORD/waits"`)).toMatch(/^status 0\nnone\n.*waiting for second, which is under way on this machine\nyes\ntaken\nno\n$/);
    });

    test('one whose place was taken just now takes nothing', () => {
      expect(call(`
        echo yes >"$OPERATIONS/first/record/waits"
        OPERATION=first RECORD=$OPERATIONS/first/record
        echo '{}' >"$OPERATIONS/first/result"
        if take_host; then echo taken; fi
        cat "$RECORD/waits"
        end_operation 1 '{"outcome":"refused"}'
        result_of first`)).toBe('yes\n{}\n');
    });
  });
}));
