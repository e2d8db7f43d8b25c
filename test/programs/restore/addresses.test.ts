import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

describeWithTools('two members that list other members', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-addresses-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const check = (commands: string) => callLibrary(shell, 'lib/text.sh', `
    for library in lib/report lib/record restore/check; do . "$1/$library.sh"; done
    WORK=$2 RECORD=$2 MEMBERS='cp1=https://cp1:2379 cp2=https://cp2:2379'
    who_answers() { url=\${1#https://}; echo "\${url%:*}"; }
    served_by() { case $1 in *cp1*) echo '7 (cp1) (cp2) ()' ;; *) echo "$seen" ;; esac; }
    give_up() { echo "given up: $1"; exit 0; }
    ${commands}`, [PROGRAMS, folder]).stdout;

  test('are asked again: one is added or removed just now', () => {
    expect(check('seen="7 (cp1) (cp2)"; check_addresses || echo later; seen="7 (cp1) (cp2) ()"; check_addresses && echo agree; ls "$RECORD"')).toBe('later\nagree\n');
  });

  test('are of two clusters if they still do after a while', () => {
    expect(check('seen="7 (cp2)"; echo 1 >"$RECORD/since-addresses"; check_addresses')).toMatch(/^given up: cp1 and cp2 are of two clusters/);
  });
}));
