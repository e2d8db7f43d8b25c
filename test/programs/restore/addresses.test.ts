import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { OWN_HOSTS } from '../../cluster/own-hosts';
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

describeWithTools('the URLs by which members are to be reached', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-urls-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What becomes of the members, as the chart or a person has given them, where etcd on cp1 advertises URLs for all. */
  const check = (given: string, advertised: string[]) => callLibrary(shell, 'lib/text.sh', `
    for library in lib/report lib/record etcd/membership restore/keys restore/check; do . "$1/$library.sh"; done
    WORK=$2 RECORD=$2 ROLE=holder LOCAL_URL=https://127.0.0.1:2379 MEMBERS=$3 MACHINES=$(echo "$3" | sed 's/=[^ ]*//g')
    put_in_place() { mv "$1" "$2"; }
    ask() { printf '%s\n' "$answer" >"$WORK/answer"; }
    answer=$4
    give_up() { echo "given up: $1"; exit 0; }
    learn_urls && check_urls && echo "$MEMBERS"`, [
    PROGRAMS, folder, given, advertised.map((url, index) => `${index + 1}a, started, cp${index + 1}, https://10.0.0.${index + 1}:2380, ${url}, false`).join('\n'),
  ]).stdout.trim();

  const RIGHT = ['cp1=https://cp1:2379', 'cp2=https://cp2:2379'];

  test.each([...OWN_HOSTS, 'localhost.'])('a member that advertises %s keeps the URL that was given for it', (host) => {
    expect(check(RIGHT.join(' '), ['https://10.0.0.1:2379', `https://${host}:2379`])).toBe('cp1=https://10.0.0.1:2379 cp2=https://cp2:2379');
  });

  test.each([...OWN_HOSTS, 'localhost.'])('one that is only known at %s is refused', (host) => {
    expect(check(`${RIGHT[0]} cp2=https://${host}:2379`, ['https://10.0.0.1:2379', `https://${host}:2379`]))
      .toBe(`given up: cp2 is to be reached at https://${host}:2379, which leads to no other machine`);
  });

  test.each(OWN_HOSTS)('%s is fine for a member that is alone', (host) => {
    expect(check(RIGHT[0], [`https://${host}:2379`])).toBe(`cp1=https://${host}:2379`);
  });

  test.each(['localhostess', 'my-localhost', '12.7.0.0', '[2001:db8::1]', 'CP2'])('%s leads to another machine', (host) => {
    expect(check(RIGHT.join(' '), ['https://10.0.0.1:2379', `https://${host}:2379`])).toBe(`cp1=https://10.0.0.1:2379 cp2=https://${host}:2379`);
  });

  test('two members with one URL are refused, whoever says so', () => {
    const twice = 'given up: two members are to be reached at https://cp1:2379';
    expect(check(RIGHT.join(' '), ['https://cp1:2379', 'https://cp1:2379'])).toBe(twice);
    expect(check(`${RIGHT[0]} cp2=https://cp1:2379`, ['', ''])).toBe(twice);
  });
}));
