import { spawnSync } from 'child_process';
import * as fc from 'fast-check';
import { shellCommands } from '../../src/cluster/shell-words';

const environment = new Map([['HOST', '10.0.0.1'], ['FLAGS', '--name=cp1  --data-dir=/d'], ['EMPTY', ''], ['BLANK', 'x ']]);

test.each<[string, string, string[][]]>([
  ['a comment at the end', 'etcd --data-dir=/new # was: --data-dir=/old', [['etcd', '--data-dir=/new']]],
  ['a comment on a line', '# etcd --a\netcd --b', [['etcd', '--b']]],
  ['a comment behind a command', 'etcd --b;# etcd --a', [['etcd', '--b']]],
  ['a # in a word', 'etcd --name=a#b x# "# c" \'# d\' \\# e', [['etcd', '--name=a#b', 'x#', '# c', '# d', '#', 'e']]],
  ['a # behind a variable that is empty, or ends with a blank', 'etcd $EMPTY# --a $BLANK# b', [['etcd', '#', '--a', 'x', '#', 'b']]],
  ['a comment between continued lines, which ends the command', 'etcd --a \\\n# --b \\\n--c', [['etcd', '--a'], ['--c']]],
  ['a word continued on the next line', 'etcd --data-\\\ndir=/d \\\n  --x', [['etcd', '--data-dir=/d', '--x']]],
  ['redirections', 'etcd --a 1>>/var/log/etcd.log 2>&1 --b </dev/null >|/x', [['etcd', '--a', '--b']]],
  ['all output into a file', 'etcd --a &>/log --b', [['etcd', '--a', '--b']]],
  ['a number that is a word', 'etcd 2 >x', [['etcd', '2']]],
  ['a pipe and other commands', 'ulimit -n 1 && exec etcd --a | tee /log; (echo b)&', [['ulimit', '-n', '1'], ['exec', 'etcd', '--a'], ['tee', '/log'], ['echo', 'b']]],
  ['known variables', 'etcd --u=https://$HOST:1 "--v=${HOST}" --w="$HOST"x', [['etcd', '--u=https://10.0.0.1:1', '--v=10.0.0.1', '--w=10.0.0.1x']]],
  ['a variable of several words, which splits outside of quotes alone', 'etcd $FLAGS "$FLAGS" $EMPTY end', [['etcd', '--name=cp1', '--data-dir=/d', '--name=cp1  --data-dir=/d', 'end']]],
  ['variables that are none', 'etcd \'$HOST\' \\$HOST "\\$HOST" $OTHER ${OTHER}', [['etcd', '$HOST', '$HOST', '$HOST', '$OTHER', '${OTHER}']]],
  ['what a shell computes', 'etcd --name=$(hostname -s) --a=`uname -n` --b=${HOST%.*} --c=$(a $(b c))', [['etcd', '--name=$(hostname -s)', '--a=`uname -n`', '--b=${HOST%.*}', '--c=$(a $(b c))']]],
  ['empty quotes', 'etcd "" \'\'', [['etcd', '', '']]],
  ['nothing', ' \n # \n', []],
])('%s', (_, script, commands) => {
  expect(shellCommands(script, environment)).toEqual(commands);
});

test('one command has the words that a shell gives it, whatever is quoted how', () => {
  const piece = fc.oneof(
    fc.constantFrom('a', '--x=', '#', ' #', ' ', '=', '\\#', '\\ ', '\\\n', '$HOST', '"$HOST"', '\'$HOST\'', '${HOST}', '$FLAGS', '$EMPTY', '"\\$HOST"', '\\\\', '# c\n'),
    fc.stringMatching(/^"[a #'=]{0,4}"$/), fc.stringMatching(/^'[a #"=\\]{0,4}'$/),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')), (rest) => {
    const script = `say ${rest}`;
    const { stdout } = spawnSync('sh', ['-c', `say() { printf '%s\\0' say "$@"; exit; }\n${script}\n`], { encoding: 'utf8', env: Object.fromEntries(environment) });
    // Skip scripts that are no command (a backslash before a quote), or that name another variable.
    fc.pre(stdout !== '' && !/\$(HOST|FLAGS|EMPTY)\w/.test(script));
    expect(shellCommands(script, environment)[0]).toEqual(stdout.split('\0').slice(0, -1));
  }), { numRuns: 100 });
});
