import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('what programs say', [toolchain.busybox], () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    /** A text as a summary carries it, read as JSON again. */
    const carried = (text: string) => JSON.parse(`"${callLibrary(shell, 'lib/text.sh', 'json_text "$1"', [text]).stdout.trimEnd()}"`);

    test.each([
      ['plain text', 'no space left on device', 'no space left on device'],
      ['nothing', '', ''],
      ['quotes', 'the "key" and \'its\' value', 'the "key" and \'its\' value'],
      ['backslashes', 'C:\\etcd \\n \\" \\\\', 'C:\\etcd \\n \\" \\\\'],
      ['what a shell would expand', '$(date) `date` $HOME * %s %d', '$(date) `date` $HOME * %s %d'],
      ['what looks like an option', '-n', '-n'],
      ['letters of every alphabet', 'größer als 5 µs, 日本', 'größer als 5 µs, 日本'],
      ['several lines', 'first\nsecond\r\n\tthird', 'first second   third'],
      ['control characters', 'bell\u0007, escape \u001b[31m', 'bell , escape  [31m'],
    ])('%s: a JSON string on one line', (_, text, expected) => {
      expect(carried(text)).toBe(expected);
    });

    test('a long text is cut at 1,000 characters, so that two of them fit into a termination message', () => {
      expect(carried('x'.repeat(1000))).toBe('x'.repeat(1000));
      expect(carried('x'.repeat(5000))).toBe('x'.repeat(1000));
    });

    test('a long text is cut between two characters, however many bytes they have', () => {
      // With the letters before them, byte 1,000 is in the middle of a character in the first three.
      expect(carried(`x${'ä'.repeat(1000)}`)).toBe(`x${'ä'.repeat(499)}`);
      expect(carried(`xx${'日'.repeat(1000)}`)).toBe(`xx${'日'.repeat(332)}`);
      expect(carried(`x${'🔥'.repeat(1000)}`)).toBe(`x${'🔥'.repeat(249)}`);
      expect(carried('ä'.repeat(1000))).toBe('ä'.repeat(500));
    });

    test('what was cut in the middle of a character before is left out: a kubelet could not report it', () => {
      const escapes = (text: string) => JSON.parse(`"${callLibrary(shell, 'lib/text.sh', 'json_text "$(printf "$1")"', [text]).stdout.trimEnd()}"`);
      expect(escapes('gr\\303: no')).toBe('gr: no');
      expect(escapes('gr\\303\\266\\303')).toBe('grö');
      expect(escapes('\\227\\245,\\346\\227')).toBe(',');
      expect(escapes('\\303\\303\\266')).toBe('ö');
    });

    test('a long text is cut before it is escaped: no backslash is left alone at the end', () => {
      expect(carried('"'.repeat(5000))).toBe('"'.repeat(1000));
      expect(carried(`${'x'.repeat(999)}\\"`)).toBe(`${'x'.repeat(999)}\\`);
    });

    test('a terminal gets no escapes, whoever has chosen a name', () => {
      const said = callLibrary(shell, 'lib/report.sh', 'say "$1"', ['a member \u001b]0;x\u0007\u001b[31mcp9\r\u007f, größer\nin two lines']).stdout;
      expect(said.replace(/^\S+ /, '')).toBe('start: a member ]0;x[31mcp9, größer\nin two lines\n');
    });

    test.each([
      ['a plain word', '/mnt/backup/prod', '/mnt/backup/prod'],
      ['several words', 'cp1=https://10.0.0.1:2379 cp2=https://[::1]:2379', '\'cp1=https://10.0.0.1:2379 cp2=https://[::1]:2379\''],
      ['a blank', 'cp1 cp2', '"cp1 cp2"'],
      ['nothing', '', '\'\''],
      ['a quote', 'it\'s', '\'it\'\\\'\'s\''],
      ['a command', '$(touch /tmp/x)`id`', '\'$(touch /tmp/x)`id`\''],
      ['a line that ends', 'x"; rm -rf "', '\'x"; rm -rf "\''],
      ['a new line', 'a\nid', '\'a\nid\''],
      ['what a shell expands', '~/*?', '\'~/*?\''],
    ])('quoted for a shell: %s', (_, text, expected) => {
      expect(callLibrary(shell, 'lib/text.sh', 'quoted "$1"', [text]).stdout).toBe(expected);
      expect(callLibrary(shell, 'lib/text.sh', 'eval "set -- $(quoted "$1")"; printf "%s" "$#$1"', [text]).stdout).toBe(`1${text}`);
    });

    test('the page at the head of a program, and nothing of the program', () => {
      const page = callLibrary(shell, 'lib/inputs.sh', 'INPUTS="A 1 seconds - to wait"; usage "$1"', [join(__dirname, '..', '..', '..', 'programs', 'replace-member.sh')]).stdout;
      expect(page).toMatch(/^replace-member\.sh: replaces .*\n/);
      expect(page).toMatch(/\n {2}sh replace-member\.sh --abort ID +ends it/);
      expect(page).toMatch(/\n {2}A +to wait \(seconds; default 1\)\n$/);
      expect(page).not.toMatch(/set -eu|^#/m);
    });

    const STATUS = '[{"Endpoint":"https://127.0.0.1:2379","Status":{"header":{"member_id":9372538179322589801,"revision":12},"version":"3.6.5","dbSize": 4096}}]';

    test.each([
      ['json_number', 'revision', STATUS, '12'],
      ['json_number', 'dbSize', STATUS, '4096'],
      // More digits than a double has.
      ['json_number', 'member_id', STATUS, '9372538179322589801'],
      ['json_number', 'leader', STATUS, ''],
      ['json_number', 'version', STATUS, ''],
      ['json_number', 'size', STATUS, ''],
      ['json_number', 'revision', '', ''],
      ['json_number', 'a', '{"a":1,"b":2,"a":3}', '1'],
      ['json_number', 'a', '{"b":2}\n{"a":1}\n{"a":3}', '1'],
      ['json_string', 'version', STATUS, '3.6.5'],
      ['json_string', 'Endpoint', STATUS, 'https://127.0.0.1:2379'],
      ['json_string', 'dbSize', STATUS, ''],
      ['json_string', 'a', '{"a": "","b":"x"}', ''],
      ['json_string', 'a', '{"a":"x y","b":"z","a":"w"}', 'x y'],
    ])('%s %s in %j: %j', (reader, key, json, expected) => {
      const { exitCode, stdout } = callLibrary(shell, 'lib/text.sh', `${reader} "$1"`, [key], `${json}\n`);
      expect({ exitCode, value: stdout.trimEnd() }).toEqual({ exitCode: 0, value: expected });
    });
  });
});
