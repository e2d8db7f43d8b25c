import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { asRoot } from '../../support/pod/as-root';
import { Shell } from '../../support/pod/pod';
import { rootsFolder } from '../../support/pod/roots-folder';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('what root trusts', [toolchain.busybox], () => asRoot('what root trusts', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let top: string;
    let file: string;

    beforeEach(() => {
      top = rootsFolder('trust-');
      file = join(top, 'a folder', 'deep', 'snapshot.db');
      mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
      writeFileSync(file, '', { mode: 0o644 });
    });
    afterEach(() => rmSync(top, { recursive: true }));

    const script = '. "${0%/*}/trust.sh"; if trusted_by_root "$@"; then echo yes; else echo "$UNTRUSTED"; echo "$TRUST_FIX"; fi';
    const askAll = (...paths: string[]) => callLibrary(shell, 'lib/text.sh', script, paths).stdout.trimEnd().split('\n');
    const ask = (path: string) => askAll(path);

    test.each([[0o644, 0o755], [0o600, 0o700], [0o444, 0o555], [0o4755, 0o2755]])('root\'s, and nobody else may write: mode %o in folders of %o', (ofFile, ofFolder) => {
      chmodSync(file, ofFile);
      chmodSync(dirname(file), ofFolder);
      expect(ask(file)).toEqual(['yes']);
    });

    test.each([0o664, 0o622, 0o646, 0o602, 0o666, 0o777, 0o2664])('a file of mode %o: not', (mode) => {
      chmodSync(file, mode);
      expect(ask(file)).toEqual([`${file} can be written by others than root`, `chmod go-w "${file}"`]);
    });

    test.each([0o775, 0o757, 0o1777, 0o2770, 0o733])('a folder above of mode %o: not', (mode) => {
      const above = dirname(dirname(file));
      chmodSync(above, mode);
      expect(ask(file)).toEqual([`${above} can be written by others than root`, mode === 0o1777 ? '' : `chmod go-w "${above}"`].filter(Boolean));
    });

    test('all that is wrong is mended by what it says', () => {
      chownSync(file, 1000, 1000);
      chownSync(dirname(dirname(file)), 65532, 65532);
      chmodSync(dirname(file), 0o777);
      const [why, fix] = ask(file);
      expect([why, fix]).toEqual([`${file} belongs to user 1000, and not to root`, `chown 0:0 "${file}" "${dirname(dirname(file))}"; chmod go-w "${dirname(file)}"`]);
      callLibrary(shell, 'lib/report.sh', fix);
      expect(ask(file)).toEqual(['yes']);
    });

    test('a link counts for what it leads to', () => {
      const elsewhere = join(top, 'elsewhere');
      mkdirSync(elsewhere);
      symlinkSync(file, join(elsewhere, 'link.db'));
      symlinkSync(dirname(file), join(top, 'link'));
      chmodSync(elsewhere, 0o777);
      expect(ask(join(elsewhere, 'link.db'))).toEqual(['yes']);
      expect(ask(join(top, 'link', 'snapshot.db'))).toEqual(['yes']);
      chmodSync(dirname(file), 0o777);
      expect(ask(join(elsewhere, 'link.db'))).toEqual([`${dirname(file)} can be written by others than root`, expect.anything()]);
      expect(ask(join(top, 'link', 'snapshot.db'))[0]).toContain('can be written by others');
    });

    test('what isn\'t there, and a link to it: not', () => {
      symlinkSync(join(top, 'nowhere'), join(top, 'link'));
      for (const path of [join(top, 'nowhere'), join(top, 'link'), join(top, 'no', 'where'), '']) expect(ask(path)[0]).toBe(`${path} is not there`);
    });

    test('of several paths all are looked at, and the commands name each of them once', () => {
      const other = join(dirname(file), 'other.db');
      writeFileSync(other, '', { mode: 0o644 });
      expect(askAll(file, other)).toEqual(['yes']);
      chmodSync(other, 0o666);
      chmodSync(dirname(file), 0o777);
      expect(askAll(file, other)).toEqual([`${dirname(file)} can be written by others than root`, `chmod go-w "${dirname(file)}" "${other}"`]);
      expect(askAll(other, join(top, 'nowhere'))[0]).toBe(`${join(top, 'nowhere')} is not there`);
    });

    test('a name with a line break, which could pass for the line of another file: not', () => {
      const twoLines = join(dirname(file), 'x\n0 644 y');
      writeFileSync(twoLines, '', { mode: 0o666 });
      expect(ask(twoLines)[0]).toContain('can\'t be told');
    });

    test('a file right below / counts for /, too', () => {
      const openRoot = 'stat() { command stat "$@" | sed \'s|^0 [0-9]* /$|0 777 /|\'; }; ';
      expect(callLibrary(shell, 'lib/text.sh', openRoot + script, ['/etc']).stdout).toBe('/ can be written by others than root\nchmod go-w /\n');
    });

    test('below /tmp nothing is, and nobody is told to change /tmp', () => {
      writeFileSync('/tmp/cdk8s-day2-trust', '');
      expect(ask('/tmp/cdk8s-day2-trust')).toEqual(['/tmp can be written by others than root']);
      rmSync('/tmp/cdk8s-day2-trust');
    });
  });
}));
