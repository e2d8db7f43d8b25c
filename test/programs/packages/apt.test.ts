import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { AptMachine } from '../../support/packages/apt-machine';
import { writeAptRepository } from '../../support/packages/apt-repository';
import { buildDebianPackage } from '../../support/packages/debian-package';
import { KubernetesPackages } from '../../support/packages/kubernetes-packages';
import { SigningKey } from '../../support/packages/signing-key';
import { asRoot } from '../../support/pod/as-root';
import { until } from '../../support/wait';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const SOURCE = '/etc/apt/sources.list.d/kubernetes.list';
const KEYRING = '/etc/apt/keyrings/kubernetes-apt-keyring.gpg';
const OLD = '1.34.4-1.1';
const NEW = '1.35.4-1.1';

describeWithTools('Kubernetes\' packages by apt', [toolchain.busybox], () => asRoot('Kubernetes\' packages by apt', () => {
  let folder: string;
  let key: SigningKey;
  let repository: string;
  let packages: KubernetesPackages;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-packages-'));
    key = await SigningKey.generate('isv:kubernetes OBS Project');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    packages = new KubernetesPackages(mkdtempSync(join(folder, 'repository-')));
    for (const version of ['1.34.4', '1.35.3', '1.35.4']) await packages.add(version, key);
    repository = await packages.serve();
  });
  afterEach(() => packages.close());

  const line = (minor: string, options = `signed-by=${KEYRING}`) => `deb [${options}] ${repository.replace('{minor}', minor)} /`;

  /** A node whose packages are those of 1.34.4, held, as the official pages have it. */
  const node = (act: (machine: AptMachine) => Promise<void>) => AptMachine.with(async (machine) => {
    machine.write('/tmp/key.asc', await key.public);
    await machine.run(['gpg', '--homedir', '/tmp', '--batch', '--yes', '--dearmor', '--output', KEYRING, '/tmp/key.asc']);
    machine.write(SOURCE, `${line('1.34')}\n`);
    await machine.run(['chmod', '0644', KEYRING]);
    await machine.run(['apt-get', 'update', '-o', 'APT::Update::Error-Mode=any']);
    await machine.run(['apt-get', 'install', '--yes', '--allow-downgrades', '--allow-change-held-packages', `kubeadm=${OLD}`, `kubelet=${OLD}`, `kubectl=${OLD}`]);
    await machine.run(['apt-mark', 'hold', 'kubeadm', 'kubelet', 'kubectl']);
    // Somebody else's, which is none of our business.
    machine.write('/etc/apt/sources.list.d/broken.list', 'deb http://127.0.0.1:1/nobody stable main\n');
    await act(machine);
  });

  const upgrade = { TO: '1.35.4' };
  const state = async (machine: AptMachine) => ({
    packages: await machine.run(['dpkg-query', '--show', '--showformat', '${db:Status-Abbrev} ${Package} ${Version}\n', 'kubeadm', 'kubectl', 'kubelet', 'kubernetes-cni']),
    source: machine.read(SOURCE),
    keyring: await machine.run(['sha256sum', KEYRING]),
  });
  const versions = async (machine: AptMachine) => (await state(machine)).packages.trim().split('\n').map((each) => each.trim().replace(/ +/g, ' '));
  const fetched = async (machine: AptMachine, inputs: Record<string, string> = upgrade) => {
    const { exitCode, stdout } = await machine.call('keep_fact manager apt && apt_check && apt_fetch kubeadm kubelet kubectl', inputs);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  };

  /** Refused, and nothing of the machine is changed. */
  const refused = async (machine: AptMachine, words: RegExp, inputs: Record<string, string> = upgrade) => {
    const before = await state(machine);
    const { exitCode, stderr } = await machine.call('keep_fact manager apt && apt_check && apt_fetch kubeadm kubelet', inputs);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(2);
    expect(await state(machine)).toEqual(before);
  };

  /** Not done yet, and nothing of the machine is changed. */
  const notYet = async (machine: AptMachine, words: RegExp, call = 'apt_fetch kubeadm kubelet') => {
    const before = await state(machine);
    const { exitCode, stdout } = await machine.call(call, upgrade);
    expect(stdout).toMatch(words);
    expect(exitCode).toBe(9);
    expect(await state(machine)).toEqual(before);
  };

  test('fetching changes nothing; each install changes its package, and the holds are as before', () => node(async (machine) => {
    const before = await state(machine);
    await fetched(machine);
    expect(await state(machine)).toEqual(before);

    packages.away = true;
    expect(await machine.call('apt_install kubeadm && apt_install kubectl', upgrade)).toMatchObject({ exitCode: 0 });
    expect(await versions(machine)).toEqual([`hi kubeadm ${NEW}`, `hi kubectl ${NEW}`, `hi kubelet ${OLD}`, 'ii kubernetes-cni 1.7.1-1.1']);
    expect(await machine.call('apt_install kubelet && apt_take_up_source', upgrade)).toMatchObject({ exitCode: 0 });
    expect(await versions(machine)).toEqual([`hi kubeadm ${NEW}`, `hi kubectl ${NEW}`, `hi kubelet ${NEW}`, 'ii kubernetes-cni 1.7.1-1.1']);
    expect(machine.read(SOURCE)).toBe(`${line('1.35')}\n`);
    expect((await machine.run(['kubelet', '--version'])).trim()).toBe('Kubernetes v1.35.4');

    // Whoever uses apt next finds the source and the key in order.
    packages.away = false;
    await machine.run(['rm', '/etc/apt/sources.list.d/broken.list']);
    await machine.run(['apt-get', 'update', '-o', 'APT::Update::Error-Mode=any']);
    expect(await machine.run(['apt-cache', 'madison', 'kubelet'])).toContain(NEW);
  }));

  test('done again, they change nothing', () => node(async (machine) => {
    await fetched(machine);
    const all = 'apt_fetch kubeadm kubelet kubectl && apt_install kubeadm && apt_install kubectl && apt_install kubelet && apt_take_up_source';
    expect(await machine.call(all, upgrade)).toMatchObject({ exitCode: 0 });
    const after = await state(machine);
    expect(await machine.call(all, upgrade)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await state(machine)).toEqual(after);
  }));

  test('by another operation, what is installed already is tried and left', () => node(async (machine) => {
    await fetched(machine);
    expect(await machine.call('apt_install kubeadm', upgrade)).toMatchObject({ exitCode: 0 });
    const second = { ...upgrade, OPERATION: 'second' };
    await fetched(machine, second);
    expect(await machine.call('apt_extract kubeadm usr/bin/kubeadm /kubeadm && apt_install kubeadm', second)).toMatchObject({ exitCode: 0 });
    expect(machine.read('/kubeadm')).toContain('v1.35.4');
  }));

  test('what was not held stays so', () => node(async (machine) => {
    await machine.run(['apt-mark', 'unhold', 'kubelet']);
    await fetched(machine);
    expect(await machine.call('apt_install kubeadm && apt_install kubelet', upgrade)).toMatchObject({ exitCode: 0 });
    expect((await versions(machine)).filter((each) => each.includes('kubelet') || each.includes('kubeadm'))).toEqual([`hi kubeadm ${NEW}`, `ii kubelet ${NEW}`]);
  }));

  test('a hold that a killed run has lost is set again', () => node(async (machine) => {
    await fetched(machine);
    // Killed between the install and the hold.
    await machine.call('keep_fact held-kubelet yes && apt_run 100 apt-get install --yes --no-download --allow-change-held-packages kubelet=1.35.4-1.1', upgrade);
    expect(await versions(machine)).toContain(`ii kubelet ${NEW}`);
    expect(await machine.call('apt_install kubelet', upgrade)).toMatchObject({ exitCode: 0 });
    expect(await versions(machine)).toContain(`hi kubelet ${NEW}`);
  }));

  test('settings that a person and the package have changed stay the person\'s, and the package is whole', () => node(async (machine) => {
    machine.write('/etc/default/kubelet', 'KUBELET_EXTRA_ARGS=--node-ip=10.0.0.1\n');
    await fetched(machine);
    expect(await machine.call('apt_install kubelet', upgrade)).toMatchObject({ exitCode: 0 });
    expect(await versions(machine)).toContain(`hi kubelet ${NEW}`);
    expect(machine.read('/etc/default/kubelet')).toBe('KUBELET_EXTRA_ARGS=--node-ip=10.0.0.1\n');
  }));

  test('an install of ours that was killed in the middle is finished', () => node(async (machine) => {
    await fetched(machine);
    const archives = '/var/lib/cdk8s-day2/operations/test/packages/archives';
    await machine.call('keep_fact held-kubelet yes', upgrade);
    await machine.run(['dpkg', '--unpack', `${archives}/kubelet_${NEW}_amd64.deb`]);
    expect(await versions(machine)).toContain(`iU kubelet ${NEW}`);
    expect(await machine.call('apt_check', upgrade)).toMatchObject({ exitCode: 0 });
    expect(await machine.call('apt_install kubelet', upgrade)).toMatchObject({ exitCode: 0 });
    expect(await versions(machine)).toContain(`hi kubelet ${NEW}`);
  }));

  test('given back, an install that was stopped is finished, and what was held is held again', () => node(async (machine) => {
    await fetched(machine);
    const before = await versions(machine);
    const giveBack = async () => expect(await machine.call('by_manager give_back', upgrade)).toMatchObject({ exitCode: 0, stderr: '' });
    // Nothing was begun: a hold that a person has taken away since is nobody's business.
    await machine.run(['apt-mark', 'unhold', 'kubectl']);
    await giveBack();
    expect(await versions(machine)).toEqual(before.map((each) => each.replace('hi kubectl', 'ii kubectl')));

    // Stopped before, while and after it is unpacked.
    await machine.call('keep_fact held-kubeadm yes && keep_fact held-kubectl no && keep_fact held-kubelet yes', upgrade);
    await machine.run(['apt-mark', 'unhold', 'kubeadm', 'kubelet']);
    await giveBack();
    expect(await versions(machine)).toEqual(before.map((each) => each.replace('hi kubectl', 'ii kubectl')));
    await machine.run(['sh', '-euc', `
dpkg --unpack /var/lib/cdk8s-day2/operations/test/packages/archives/kubelet_${NEW}_amd64.deb
sed -i '/^Package: kubeadm$/,/^$/ s/^Status: .*/Status: install reinstreq half-installed/' /var/lib/dpkg/status`]);
    expect((await versions(machine)).slice(0, 3)).toEqual([`iHR kubeadm ${OLD}`, `ii kubectl ${OLD}`, `iU kubelet ${NEW}`]);
    await giveBack();
    expect((await versions(machine)).slice(0, 3)).toEqual([`hi kubeadm ${NEW}`, `ii kubectl ${OLD}`, `hi kubelet ${NEW}`]);
    // Stopped while it was put there again.
    await machine.run(['sed', '-i', '/^Package: kubelet$/,/^$/ s/^Status: .*/Status: install reinstreq half-installed/', '/var/lib/dpkg/status']);
    expect(await versions(machine)).toContain(`iHR kubelet ${NEW}`);
    await giveBack();
    expect(await versions(machine)).toContain(`hi kubelet ${NEW}`);
  }));

  test('stopped at any time and given back, a package is whole, and held', () => node(async (machine) => {
    await fetched(machine);
    for (let seconds = 0.2; !(await versions(machine)).includes(`hi kubelet ${NEW}`); seconds += 0.1) {
      if (seconds > 60) throw new Error('it does not come to its end');
      await machine.call('apt_install kubelet', upgrade, seconds);
      expect(await machine.call('by_manager give_back', upgrade)).toMatchObject({ exitCode: 0, stderr: '' });
      expect((await versions(machine)).filter((each) => each.includes('kubelet'))).toEqual([expect.stringMatching(/^hi kubelet 1\.3[45]\.4-1\.1$/)]);
    }
  }));

  test('a package that can not be finished is said, and is not waited for longer than ten minutes', () => node(async (machine) => {
    await fetched(machine);
    await machine.run(['dpkg', '--unpack', `/var/lib/cdk8s-day2/operations/test/packages/archives/kubelet_${NEW}_amd64.deb`]);
    await machine.run(['rm', '-r', '/var/lib/cdk8s-day2/operations/test/packages/archives']);
    machine.write('/var/lib/dpkg/info/kubelet.postinst', '#!/bin/sh\nexit 1\n');
    await machine.run(['chmod', '0755', '/var/lib/dpkg/info/kubelet.postinst']);
    const first = await machine.call('keep_fact held-kubelet yes && by_manager give_back', upgrade);
    expect(first).toMatchObject({ exitCode: 9, stdout: expect.stringMatching(/kubelet 1\.35\.4-1\.1 is not installed yet: /) });
    const last = await machine.call('keep_fact since-give-back-packages 1 && by_manager give_back', upgrade);
    expect(last).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/the package kubelet is left as dpkg has it; .*dpkg --configure -a/) });
  }));

  test('a package of somebody else that is half installed is refused, and named', () => node(async (machine) => {
    const file = await buildDebianPackage({ name: 'somebody', version: '1', files: { 'usr/share/somebody': '' } }, folder);
    copyFileSync(file, machine.path('/tmp/somebody.deb'));
    await machine.run(['dpkg', '--unpack', '/tmp/somebody.deb']);
    await refused(machine, /packages are not installed completely: somebody: finish them: dpkg --configure -a/);
  }));

  test('a lock that somebody holds is waited for', () => node(async (machine) => {
    await fetched(machine);
    const other = machine.start(['python3', '-c', `import fcntl, time
locks = [open("/var/lib/dpkg/" + name, "w") for name in ("lock-frontend", "lock")]
for lock in locks: fcntl.lockf(lock, fcntl.LOCK_EX)
open("/tmp/locked", "w")
time.sleep(3)`]);
    await until('the lock is held', () => machine.has('/tmp/locked'), 20);
    await notYet(machine, /dpkg can't finish what it has begun yet: .*lock/, 'apt_install kubeadm');
    await new Promise((ended) => other.once('exit', ended));
    expect(await machine.call('apt_install kubeadm', upgrade)).toMatchObject({ exitCode: 0 });
    expect(await versions(machine)).toContain(`hi kubeadm ${NEW}`);
  }));

  test('a repository that is away is waited for, and named', () => node(async (machine) => {
    packages.away = true;
    await notYet(machine, /the key of this host is taken: .*\n.*the list of http:\/\/127\.0\.0\.1:\d+\/.*\/v1\.35\/deb\/ can't be had yet: /);
  }));

  test('a password in the URL of a source is in no message', () => node(async (machine) => {
    machine.write(SOURCE, `${line('1.34').replace('http://', 'http://ci:S3cr3t@')}\n`);
    const said = async (inputs = upgrade) => {
      const { stdout, stderr } = await machine.call('keep_fact manager apt && apt_fetch kubeadm', inputs);
      expect(`${stdout}${stderr}`).not.toMatch(/S3cr3t|ci:/);
      return `${stdout}${stderr}`;
    };
    expect(await said({ TO: '1.35.9' })).toMatch(/http:\/\/\*\*\*@127\.0\.0\.1:\d+\/.* has no kubeadm of 1\.35\.9/);
    packages.away = true;
    const waits = await said();
    expect(waits).toMatch(/\/\*\*\*@127\..*Release\.key can't be had, the key of this host is taken: /);
    expect(waits).toMatch(/the list of http:\/\/\*\*\*@127\..* can't be had yet: /);
    machine.write(SOURCE, `${machine.read(SOURCE)}${machine.read(SOURCE)}`.replace('v1.34', 'v1.33'));
    expect(await said()).toMatch(/names several repositories of Kubernetes: deb .*\/\/\*\*\*@127\..*;deb .*\/\/\*\*\*@127\./);
  }));

  test('where a program does not fit on the disk, that is said, and nothing of it is left to fill the disk', () => node(async (machine) => {
    await fetched(machine);
    await machine.run(['mkdir', '/small']);
    await machine.run(['/bin-of-operation/mount', '-t', 'tmpfs', '-o', 'size=4k', 'small', '/small']);
    machine.write('/small/full', 'x');
    for (const before of [':', 'apt_install kubelet']) {
      expect(await machine.call(before, upgrade)).toMatchObject({ exitCode: 0 });
      const { exitCode, stdout } = await machine.call('apt_extract kubelet usr/bin/kubelet /small/kubelet', upgrade);
      expect(stdout).toMatch(/usr\/bin\/kubelet of the package kubelet can't be put at \/small\/kubelet yet: .*([Nn]o space|write)/);
      expect(exitCode).toBe(9);
      expect(machine.has('/small/kubelet')).toBe(false);
    }
  }));

  test('where the list can not be asked, that is said', () => node(async (machine) => {
    await fetched(machine);
    const { exitCode, stdout } = await machine.call('{ apt_run() { echo "Error: no space" >"$WORK/errors"; return 1; }; apt_choose kubeadm; }', upgrade);
    expect(stdout).toMatch(/the versions of kubeadm can't be listed yet: Error: no space/);
    expect(exitCode).toBe(9);
  }));

  test('a version that is not there is refused with those that are', () => node((machine) =>
    refused(machine, /has no kubeadm of 1\.35\.9, but 1\.35\.4-1\.1 1\.35\.3-1\.1: choose one of these/, { TO: '1.35.9' })));

  test('an expired key is refused', () => node(async (machine) => {
    const expired = await SigningKey.generate('isv:kubernetes OBS Project', 'seconds=1');
    await new Promise((over) => setTimeout(over, 2_000));
    writeFileSync(join(packages.folderOf('1.35.4'), 'Release.key'), await expired.public);
    await refused(machine, /the repository's key has expired, on 20\d\d-\d\d-\d\dT/, { ...upgrade, KEY_FINGERPRINT: await expired.fingerprint });
  }));

  test('a key that the host does not know is refused, unless it is pinned', () => node(async (machine) => {
    const other = await SigningKey.generate('somebody');
    const known = await key.fingerprint;
    const fingerprint = await other.fingerprint;
    await writeAptRepository(packages.folderOf('1.35.4'), other);
    await refused(machine, new RegExp(`the repository's key has the fingerprint ${fingerprint}, and not ${known}`));
    await fetched(machine, { ...upgrade, KEY_FINGERPRINT: fingerprint.toLowerCase() });
    const pinned = { ...upgrade, KEY_FINGERPRINT: fingerprint };
    expect(await machine.call('apt_install kubeadm && apt_take_up_source', pinned)).toMatchObject({ exitCode: 0 });
    expect(await machine.run(['gpg', '--homedir', '/tmp', '--batch', '--show-keys', '--with-colons', KEYRING])).toContain(fingerprint);
  }));

  test('a list that another key has signed is not believed', () => node(async (machine) => {
    await writeAptRepository(packages.folderOf('1.35.4'), await SigningKey.generate('somebody'));
    writeFileSync(join(packages.folderOf('1.35.4'), 'Release.key'), await key.public);
    await notYet(machine, /the list of .* can't be had yet: .*(NO_PUBKEY|not signed|signatures)/);
  }));

  describe.each<[string, string]>([
    ['trusts all', '[trusted=yes] '],
    ['trusts all, and names a key', `[arch=amd64 trusted=true signed-by=${KEYRING}] `],
    ['names no key', ''],
    ['has options, but no key', '[ arch=amd64 ] '],
  ])('where the source %s, and a key is pinned', (_, options) => {
    const pinned = async () => ({ ...upgrade, KEY_FINGERPRINT: await key.fingerprint });
    const own = (minor: string) => `deb ${options}${repository.replace('{minor}', minor)} /\n`;

    test('this key is what apt looks for; the source stays as it is, but for the minor', () => node(async (machine) => {
      machine.write(SOURCE, own('1.34'));
      await fetched(machine, await pinned());
      expect(machine.read('/var/lib/cdk8s-day2/operations/test/packages/source.list')).toMatch(/^deb \[(arch=amd64 )?signed-by=\S+\/packages\/key\.gpg\] http:\S+ \/\n$/);
      expect(await machine.call('apt_install kubeadm && apt_take_up_source', await pinned())).toMatchObject({ exitCode: 0 });
      expect(machine.read(SOURCE)).toBe(own('1.35'));
    }));

    test('what another key has signed is not believed, even if the host knows that one', () => node(async (machine) => {
      machine.write(SOURCE, own('1.34'));
      const other = await SigningKey.generate('somebody');
      await writeAptRepository(packages.folderOf('1.35.4'), other);
      writeFileSync(join(packages.folderOf('1.35.4'), 'Release.key'), await key.public);
      machine.write('/etc/apt/trusted.gpg.d/somebody.asc', await other.public);
      await machine.run(['chmod', '-R', 'a+rX', '/etc/apt/trusted.gpg.d']);
      const { exitCode, stdout } = await machine.call('apt_fetch kubeadm', await pinned());
      expect(stdout).toMatch(/the list of .* can't be had yet: .*(NO_PUBKEY|not signed|signatures)/);
      expect(exitCode).toBe(9);
    }));
  });

  describe('where the source is a stanza', () => {
    const STANZAS = '/etc/apt/sources.list.d/kubernetes.sources';
    const stanza = (minor: string, more = '') => `# Kubernetes, by hand
Types: deb
URIs: ${repository.replace('{minor}', minor)}
# A flat repository.
Suites: /
Signed-By: ${KEYRING}
${more}`;
    const others = `Types: deb deb-src
URIs: http://127.0.0.1:1/nobody
Suites: stable
 updates
Components: main

`;
    const asStanza = async (machine: AptMachine, text: string) => {
      await machine.run(['rm', SOURCE]);
      machine.write(STANZAS, text);
    };
    const taken = async (machine: AptMachine, inputs: Record<string, string> = upgrade) => {
      const { exitCode, stdout, stderr } = await machine.call('keep_fact manager apt && apt_check && apt_fetch kubeadm kubelet && apt_install kubeadm && apt_take_up_source', inputs);
      expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: expect.anything(), stderr: '' });
    };

    test('only the minor changes in it, and apt understands it afterwards', () => node(async (machine) => {
      await asStanza(machine, `${others}${stanza('1.34', 'Architectures: amd64 arm64\n')}\n${others}`);
      await taken(machine);
      expect(machine.read(STANZAS)).toBe(`${others}${stanza('1.35', 'Architectures: amd64 arm64\n')}\n${others}`);
      expect(machine.has(SOURCE)).toBe(false);
      machine.write(STANZAS, stanza('1.35'));
      await machine.run(['rm', '/etc/apt/sources.list.d/broken.list']);
      await machine.run(['apt-get', 'update', '-o', 'APT::Update::Error-Mode=any']);
      expect(await machine.run(['apt-cache', 'madison', 'kubelet'])).toContain(NEW);
    }));

    test.each([['', true], [', where the repository has none', false]])('a key in letters stays in letters%s', (_, offered) => node(async (machine) => {
      const letters = '/etc/apt/keyrings/kubernetes.asc';
      machine.write(letters, await key.public);
      await machine.run(['chmod', '0644', letters]);
      if (!offered) rmSync(join(packages.folderOf('1.35.4'), 'Release.key'));
      await asStanza(machine, stanza('1.34').replace(KEYRING, letters));
      await taken(machine);
      expect(machine.read(letters)).toContain('-----BEGIN PGP PUBLIC KEY BLOCK-----');
      await machine.run(['rm', '/etc/apt/sources.list.d/broken.list']);
      await machine.run(['apt-get', 'update', '-o', 'APT::Update::Error-Mode=any']);
      expect(await machine.run(['apt-cache', 'madison', 'kubelet'])).toContain(NEW);
    }));

    test('a repository that is given takes its place', () => node(async (machine) => {
      await asStanza(machine, `${stanza('1.33').replace(/URIs: .*/, 'URIs: http://127.0.0.1:1/core:/stable:/v1.33/deb/')}Enabled: yes\n\n${others}`);
      await taken(machine, { ...upgrade, REPOSITORY: repository });
      expect(machine.read(STANZAS)).toBe(`${stanza('1.35')}Enabled: yes\n\n${others}`);
    }));

    test('one that is not enabled is none', () => node(async (machine) => {
      await asStanza(machine, stanza('1.34', 'Enabled: no\n'));
      const { exitCode, stderr } = await machine.call('keep_fact manager apt && apt_check', upgrade);
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(/no source in \/etc\/apt names a repository/) });
    }));

    test.each<[string, (text: string) => string, RegExp]>([
      ['several repositories', (text) => text.replace(/^URIs: (.*)v1\.34(.*)$/m, 'URIs: $1v1.34$2\n $1v1.33$2'), /kubernetes\.sources names several repositories of Kubernetes: deb /],
      ['the key in it', (text) => text.replace(/^Signed-By: .*$/m, 'Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n xsBNBE\n -----END PGP PUBLIC KEY BLOCK-----'), /kubernetes\.sources is not understood: the key stands in it: write/],
      ['another URI beside it', (text) => text.replace(/^URIs: .*$/m, '$& https://pkgs.k8s.io/addons:/cri-o:/stable:/v1.34/deb/'), /kubernetes\.sources is not understood: a stanza has several URIs/],
      ['a field twice', (text) => `${text}#\nSuites: ./\n`, /kubernetes\.sources is not understood: the field suites stands twice in a stanza/],
      ['line ends of Windows', (text) => text.replaceAll('\n', '\r\n'), /kubernetes\.sources has line ends of Windows: remove them: sed -i/],
      ['a fingerprint in place of a key', (text) => text.replace(/^Signed-By: .*$/m, 'Signed-By: DE15B14486CD377B9E876E1A234654DA9A296436'), /kubernetes\.sources names its key as 'DE15B14486CD377B9E876E1A234654DA9A296436': name one file by its path/],
      ['two keys', (text) => text.replace(/^Signed-By: .*$/m, '$& /etc/apt/keyrings/other.gpg'), /kubernetes\.sources names its key as '\S+\.gpg,\/etc\/apt\/keyrings\/other\.gpg'/],
    ])('%s: refused', (_, change, words) => node(async (machine) => {
      await asStanza(machine, change(stanza('1.34')));
      const { exitCode, stderr } = await machine.call('keep_fact manager apt && apt_check', upgrade);
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(words) });
    }));
  });

  test('where the source trusts all, and nothing is pinned, that is said', () => node(async (machine) => {
    machine.write(SOURCE, `${line('1.34', 'trusted=yes')}\n`);
    await writeAptRepository(packages.folderOf('1.35.4'), await SigningKey.generate('somebody'));
    const { exitCode, stdout } = await machine.call('keep_fact manager apt && apt_fetch kubeadm kubelet', upgrade);
    expect(stdout).toMatch(/warning: \S+kubernetes\.list has trusted=yes: the packages are not verified\n$/);
    expect(exitCode).toBe(0);
  }));

  test.each<[string, (machine: AptMachine) => void, RegExp]>([
    ['no source', (machine) => machine.write(SOURCE, '# deb [signed-by=/etc/k] https://pkgs.k8s.io/core:/stable:/v1.34/deb/ /\n'), /no source in \/etc\/apt names a repository of Kubernetes/],
    ['two sources', (machine) => machine.write('/etc/apt/sources.list.d/other.list', `${line('1.33')}\n`), /several files in \/etc\/apt name repositories of Kubernetes: \/etc\/apt\/sources\.list\.d\/kubernetes\.list \/etc\/apt\/sources\.list\.d\/other\.list/],
    ['two lines', (machine) => machine.write(SOURCE, `${line('1.33')}\n${line('1.34')}\n`), /kubernetes\.list names several repositories of Kubernetes/],
    ['a stanza beside the line', (machine) => machine.write('/etc/apt/sources.list.d/k.sources', `Types: deb\nURIs: ${repository.replace('{minor}', '1.34')}\nSuites: /\n`),
      /several files in \/etc\/apt name repositories of Kubernetes: \S+kubernetes\.list \S+k\.sources/],
  ])('%s in the settings of apt: refused with the way out', (_, change, words) => node(async (machine) => {
    change(machine);
    await refused(machine, words);
  }));

  test('with a repository that is given, a host without a source gets one', () => node(async (machine) => {
    await machine.run(['rm', SOURCE]);
    await fetched(machine, { ...upgrade, REPOSITORY: repository });
    const given = { ...upgrade, REPOSITORY: repository };
    expect(await machine.call('apt_install kubeadm && apt_take_up_source', given)).toMatchObject({ exitCode: 0 });
    expect(machine.read(SOURCE)).toBe(`${line('1.35')}\n`);
  }));

  test('comments and other lines of the source stay, and a mirror stays the mirror', () => node(async (machine) => {
    machine.write(SOURCE, `# ours\n${line('1.34', `arch=amd64 signed-by=${KEYRING}`)}\n`);
    await fetched(machine);
    expect(await machine.call('apt_take_up_source', upgrade)).toMatchObject({ exitCode: 0 });
    expect(machine.read(SOURCE)).toBe(`# ours\n${line('1.35', `arch=amd64 signed-by=${KEYRING}`)}\n`);
  }));
}));
