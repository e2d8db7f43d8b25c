import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

/** An operation of three steps, each of which writes its name. */
const OPERATION = `
  for library in report process inputs record failpoint operation-folder ending operation steps follow carry; do . "\${0%/*}/$library.sh"; done
  systemctl() { :; }
  need_tools() { :; }
  resume() { :; }
  INPUTS= OPERATIONS=$(mktemp -d) OPERATION=x PROGRAM=p SELF=m ROLE=one TERMINATION_MESSAGE=
  UNITS=$OPERATIONS SCRATCH=$OPERATIONS/scratch RECORD=$OPERATIONS/x/record
  STEPS='
    one   before:  first second third
    back  back:    put-back'
  step_first() { echo first >>"$OPERATIONS/done"; }
  step_second() { echo second >>"$OPERATIONS/done"; }
  step_third() { echo third >>"$OPERATIONS/done"; conclude 0 done-it well ''; }
  mkdir -p "$RECORD" && : >"$OPERATIONS/x/log"
  begin_operation() { :; }
  here=/nowhere`;

describeWithTools('the steps of an operation', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  const call = (commands: string) => callLibrary(shell, 'lib/text.sh', `${OPERATION}\n${commands}\nrm -rf "$OPERATIONS"`).stdout;

  test('the unit waits at the step until which a part of the pod carries, and goes on when the next part does', () => {
    const said = call(`
      echo second >"$RECORD/until"
      (work) >"$OPERATIONS/x/log" 2>&1 &
      (carry stage until second) >"$OPERATIONS/pod" 2>&1
      echo "came: $?"
      sleep 2
      paste -s "$OPERATIONS/done"
      (carry stage) >"$OPERATIONS/pod" 2>&1
      echo "ended: $?"
      wait
      paste -s "$OPERATIONS/done"`);
    expect(said).toBe('came: 0\nfirst\nended: 0\nfirst\tsecond\tthird\n');
  });

  test.each<[string, string, boolean]>([
    ['', 'second', false], ['one first', 'second', false], ['one second', 'second', true], ['one third', 'second', true],
    ['one first', 'first', true], ['back put-back', 'second', false],
  ])('at %j it has come to %s: %s', (at, step, come) => {
    expect(call(`[ -z '${at}' ] || keep_fact at '${at}'; if has_come_to ${step}; then echo true; else echo false; fi`)).toBe(`${come}\n`);
  });
}));
