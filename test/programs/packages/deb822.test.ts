import { spawnSync } from 'child_process';
import { join } from 'path';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { PROGRAMS } from '../library';

const DEBIAN = `# See the manual.
Types: deb deb-src
URIs: http://deb.debian.org/debian
Suites: trixie trixie-updates
Components: main
  contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

const KUBERNETES = `types:deb
uris:\thttps://pkgs.k8s.io/core:/stable:/v1.34/deb/\t
# Flat.
Suites: /
ARCHITECTURES: amd64   arm64
signed-by: /etc/apt/keyrings/k.asc
X-Repolib-Name: Kubernetes
`;

describeWithTools('a file of apt\'s sources in stanzas', [toolchain.busybox], () => describe.each(['busybox', 'mawk', 'gawk'])('by the awk of %s', (awk) => {
  const [program, ...words] = awk === 'busybox' ? [toolchain.busybox.path(), 'awk'] : [awk];
  const read = (text: string, env: Record<string, string> = {}) => {
    const { status, stdout, stderr } = spawnSync(program, [...words, '-f', join(PROGRAMS, 'packages', 'deb822.awk')], {
      input: text, env: { PATH: process.env.PATH, LC_ALL: 'C', ...env }, encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  };

  test('is a line for each URI and suite', () => {
    expect(read(`\n${DEBIAN}\n \n${KUBERNETES.replace('Suites: /', 'Suites: / ./')}`).trimEnd().split('\n').map((line) => line.replace(/\[.*\]/, (options) => options.slice(1, -1).split(' ').sort().join(' ')))).toEqual([
      'deb signed-by=/usr/share/keyrings/debian-archive-keyring.gpg http://deb.debian.org/debian trixie main contrib',
      'deb signed-by=/usr/share/keyrings/debian-archive-keyring.gpg http://deb.debian.org/debian trixie-updates main contrib',
      'deb arch=amd64,arm64 signed-by=/etc/apt/keyrings/k.asc https://pkgs.k8s.io/core:/stable:/v1.34/deb/ /',
      'deb arch=amd64,arm64 signed-by=/etc/apt/keyrings/k.asc https://pkgs.k8s.io/core:/stable:/v1.34/deb/ ./',
    ]);
  });

  test.each(['Enabled: no', 'enabled:False', 'Enabled: 0', 'Enabled: off'])('%s: there is none', (field) => {
    expect(read(`${KUBERNETES}${field}\n`)).toBe('');
    // Nor is such a stanza written anew.
    const text = `${KUBERNETES}${field}\n`;
    expect(read(text, { old: 'https://pkgs.k8s.io/core:/stable:/v1.34/deb/', fields: 'URIs: https://other/' })).toBe(text);
  });

  test('of sources alone there is none', () => {
    expect(read(DEBIAN.replace('deb deb-src', 'deb-src'))).toBe('');
  });

  test('a key in the stanza is told from a file', () => {
    const embedded = ' -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n xsBNBE\n -----END PGP PUBLIC KEY BLOCK-----';
    expect(read(KUBERNETES.replace(/^signed-by.*$/m, `Signed-By:\n${embedded}`))).toBe('deb [not-understood=the_key_stands_in_it] https://pkgs.k8s.io/core:/stable:/v1.34/deb/ /\n');
  });

  test.each([
    ['a field twice', `${KUBERNETES}#\nSuites: ./\n`, 'the_field_suites_stands_twice_in_a_stanza'],
    ['a field twice, with a line of blanks between', `${KUBERNETES} \t\nSuites: ./\n`, 'the_field_suites_stands_twice_in_a_stanza'],
    ['several URIs', KUBERNETES.replace('/v1.34/deb/', '/v1.34/deb/ http://other/'), 'a_stanza_has_several_URIs'],
    ['a bracket', KUBERNETES.replace('k.asc', 'k].asc'), 'the_field_signed-by_has_a_bracket'],
  ])('%s: not understood', (_, text, why) => {
    expect(read(text).split('\n')[0]).toMatch(new RegExp(`^deb \\[not-understood=${why}\\] https://pkgs\\.k8s\\.io/core:/stable:/v1\\.34/deb/ \\.?/$`));
  });

  test('fields that apt does not know mean nothing, and line ends of Windows are none of a value', () => {
    expect(read(`${KUBERNETES}Description: Kubernetes [stable]\n`.replaceAll('\n', '\r\n'))).toBe(read(KUBERNETES));
  });

  test('only the chosen fields of the chosen stanza change', () => {
    const text = `${DEBIAN}\n\n${KUBERNETES}\n${DEBIAN}`;
    expect(read(text, { old: 'https://pkgs.k8s.io/core:/stable:/v1.34/deb/', fields: 'URIs: https://pkgs.k8s.io/core:/stable:/v1.35/deb/' }))
      .toBe(text.replace(/^uris:.*v1\.34.*$/m, 'URIs: https://pkgs.k8s.io/core:/stable:/v1.35/deb/'));
    expect(read(text, { old: 'http://nobody/', fields: 'URIs: https://other/' })).toBe(text);
  });

  test('fields of several lines are replaced whole, are taken away, and come to the end if they were not there', () => {
    const text = `${DEBIAN}Trusted: no`;
    expect(read(text, { old: 'http://deb.debian.org/debian', fields: 'URIs: https://mirror/\nSuites: /\nComponents:\nCheck-Valid-Until: no' })).toBe(`# See the manual.
Types: deb deb-src
URIs: https://mirror/
Suites: /
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
Trusted: no
Check-Valid-Until: no
`);
  });
}));
