import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { DnfMachine } from '../../support/packages/dnf-machine';
import { KubernetesRpms, rpmVersion } from '../../support/packages/kubernetes-rpms';
import { SigningKey } from '../../support/packages/signing-key';
import { asRoot } from '../../support/pod/as-root';
import { until } from '../../support/wait';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const SOURCE = '/etc/yum.repos.d/kubernetes.repo';
const LOCKS = '/etc/dnf/plugins/versionlock.list';
const OLD = rpmVersion('1.34.4');
const NEW = rpmVersion('1.35.4');
const CNI = `kubernetes-cni ${rpmVersion('1.7.1')}`;

describeWithTools('Kubernetes\' packages by dnf', [toolchain.busybox, toolchain.dnf414], () => asRoot('Kubernetes\' packages by dnf', () => {
  let folder: string;
  let key: SigningKey;
  let packages: KubernetesRpms;
  let repository: string;

  /** Only the section's URLs differ from one minor to another. */
  const source = (minor: string, options: readonly string[] = []) => {
    const url = repository.replace('{minor}', minor);
    return [
      '[kubernetes]', 'name=Kubernetes', `baseurl=${url}`, 'enabled=1', 'gpgcheck=1', `gpgkey=${url}repodata/repomd.xml.key`, ...options,
      'exclude=kubelet kubeadm kubectl cri-tools kubernetes-cni', '',
    ].join('\n');
  };

  // What every test begins with is made once: signed repositories, and a node whose packages are those of 1.34.4, as the official pages have it.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-rpms-'));
    key = await SigningKey.generate('isv:kubernetes OBS Project');
    packages = new KubernetesRpms(join(folder, 'served'));
    repository = await packages.serve();
    await DnfMachine.with(toolchain.dnf414, async (machine) => {
      for (const version of ['1.34.4', '1.35.3', '1.35.4']) await packages.add(version, machine);
      for (const version of ['1.34.4', '1.35.4']) await packages.publish(version, key, machine);
    });
    cpSync(join(folder, 'served'), join(folder, 'published'), { recursive: true });
    await DnfMachine.with(toolchain.dnf414, async (machine) => {
      machine.write(SOURCE, source('1.34'));
      await machine.run(['dnf', '--assumeyes', 'install', '--setopt=disable_excludes=kubernetes', 'kubeadm', 'kubelet', 'kubectl']);
      // Somebody else's, which is none of our business.
      machine.write('/etc/yum.repos.d/broken.repo', '[broken]\nname=broken\nbaseurl=http://127.0.0.1:1/nobody/\nskip_if_unavailable=0\n');
      await machine.save(join(folder, 'node'));
    });
  });
  beforeEach(() => {
    rmSync(join(folder, 'served'), { recursive: true });
    cpSync(join(folder, 'published'), join(folder, 'served'), { recursive: true });
    packages.away = false;
  });
  afterAll(() => {
    packages.close();
    rmSync(folder, { recursive: true });
  });

  const node = (act: (machine: DnfMachine) => Promise<void>) => DnfMachine.with(toolchain.dnf414, act, [join(folder, 'node')]);
  const bare = (act: (machine: DnfMachine) => Promise<void>) => DnfMachine.with(toolchain.dnf414, act);

  const upgrade = { TO: '1.35.4' };
  const FETCH = 'keep_fact manager dnf && dnf_check && dnf_fetch kubeadm kubelet kubectl';
  const INSTALL = 'dnf_install kubeadm && dnf_install kubectl && dnf_install kubelet && dnf_take_up_source';
  const versions = async (machine: DnfMachine) => (await machine.run(['rpm', '--query', '--all', '--queryformat', '%{name} %{version}-%{release}\n']))
    .trim().split('\n').filter((each) => !each.startsWith('gpg-pubkey')).sort();
  const state = async (machine: DnfMachine) => ({
    packages: await machine.run(['sh', '-c', 'rpm --query --all | sort']),
    source: machine.read(SOURCE),
    files: readdirSync(machine.path('/etc/yum.repos.d')).sort(),
    locks: machine.read(LOCKS),
  });
  const done = async (machine: DnfMachine, words: string, inputs: Record<string, string> = upgrade) => {
    const { exitCode, stdout, stderr } = await machine.call(words, inputs);
    expect({ exitCode, stderr, stdout: exitCode === 0 ? '' : stdout }).toEqual({ exitCode: 0, stderr: '', stdout: '' });
    return stdout;
  };

  /** Refused, and nothing of the machine is changed. */
  const refused = async (machine: DnfMachine, words: RegExp, inputs: Record<string, string> = upgrade, call = FETCH) => {
    const before = await state(machine);
    const { exitCode, stderr } = await machine.call(call, inputs);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(2);
    expect(await state(machine)).toEqual(before);
  };

  /** Not done yet, and nothing of the machine is changed. */
  const notYet = async (machine: DnfMachine, words: RegExp, call = FETCH) => {
    const before = await state(machine);
    const { exitCode, stdout } = await machine.call(call, upgrade);
    expect(stdout).toMatch(words);
    expect(exitCode).toBe(9);
    expect(await state(machine)).toEqual(before);
  };

  test('fetching changes nothing; each install changes its package, and the excludes stay', () => node(async (machine) => {
    const before = await state(machine);
    expect(await done(machine, FETCH)).toBe('');
    expect(await state(machine)).toEqual(before);
    await done(machine, 'dnf_extract kubelet usr/bin/kubelet /kubelet');
    expect(machine.read('/kubelet')).toContain('Kubernetes v1.35.4');

    packages.away = true;
    await done(machine, 'dnf_install kubeadm && dnf_install kubectl');
    expect(await versions(machine)).toEqual([`kubeadm ${NEW}`, `kubectl ${NEW}`, `kubelet ${OLD}`, CNI]);
    await done(machine, 'dnf_install kubelet && dnf_take_up_source');
    expect(await versions(machine)).toEqual([`kubeadm ${NEW}`, `kubectl ${NEW}`, `kubelet ${NEW}`, CNI]);
    expect(machine.read(SOURCE)).toBe(source('1.35'));
    expect(machine.has('/kubelet-was-stopped')).toBe(false);
    expect((await machine.run(['kubelet', '--version'])).trim()).toBe('Kubernetes v1.35.4');

    // Whoever uses dnf next finds the source in order, and the excludes.
    packages.away = false;
    await machine.run(['rm', '/etc/yum.repos.d/broken.repo']);
    const known = ['dnf', '--quiet', 'repoquery', '--queryformat', '%{version}', 'kubelet'];
    expect(await machine.run(known)).toBe('');
    expect(await machine.run([...known, '--setopt=disable_excludes=kubernetes'])).toContain('1.35.3');
  }));

  test('done again, they change nothing', () => node(async (machine) => {
    await done(machine, `${FETCH} && ${INSTALL}`);
    const after = await state(machine);
    expect(await done(machine, `${FETCH} && ${INSTALL}`)).toBe('');
    expect(await state(machine)).toEqual(after);
  }));

  test('by another operation, what is installed already is tried and left', () => node(async (machine) => {
    await done(machine, `${FETCH} && dnf_install kubeadm`);
    await done(machine, `${FETCH} && dnf_extract kubeadm usr/bin/kubeadm /kubeadm && dnf_install kubeadm && dnf_install kubelet`, { ...upgrade, OPERATION: 'second' });
    expect(machine.read('/kubeadm')).toContain('v1.35.4');
    expect(await versions(machine)).toEqual([`kubeadm ${NEW}`, `kubectl ${OLD}`, `kubelet ${NEW}`, CNI]);
  }));

  test('a lock is no obstacle, and is one of the new version then', () => node(async (machine) => {
    await machine.run(['dnf', '--disablerepo=*', 'versionlock', 'add', 'kubelet', 'kubernetes-cni']);
    await done(machine, `${FETCH} && ${INSTALL}`);
    expect(machine.read(LOCKS).split('\n').filter((each) => /^kube/.test(each)).sort()).toEqual([`kubelet-0:${NEW}.*`, `kubernetes-cni-0:${rpmVersion('1.7.1')}.*`]);
    expect(await machine.run(['dnf', '--disablerepo=*', '--quiet', 'versionlock', 'list'])).toContain(`kubelet-0:${NEW}.*`);
  }));

  test('an exclude of all repositories is no obstacle, and stays', () => node(async (machine) => {
    machine.write('/etc/dnf/dnf.conf', `${machine.read('/etc/dnf/dnf.conf')}\nexclude=kube*\n`);
    await done(machine, `${FETCH} && ${INSTALL}`);
    expect(await versions(machine)).toContain(`kubelet ${NEW}`);
    expect(machine.read('/etc/dnf/dnf.conf')).toMatch(/^exclude=kube\*$/m);
  }));

  test('settings that a person and the package have changed stay the person\'s', () => node(async (machine) => {
    machine.write('/etc/sysconfig/kubelet', 'KUBELET_EXTRA_ARGS=--node-ip=10.0.0.1\n');
    await done(machine, `${FETCH} && ${INSTALL}`);
    expect(machine.read('/etc/sysconfig/kubelet')).toBe('KUBELET_EXTRA_ARGS=--node-ip=10.0.0.1\n');
    expect(machine.read('/etc/sysconfig/kubelet.rpmnew')).toContain('# of 1.35.4');
  }));

  test('an install that was killed between the new package and the old one\'s end is finished, and the kubelet runs on', () => node(async (machine) => {
    await done(machine, FETCH);
    const file = (await machine.run(['find', '/var/lib/cdk8s-day2', '-name', `kubelet-${NEW}*.rpm`])).trim();
    // rpm enters the new one into its database before it removes the old one.
    await machine.run(['rpm', '--install', '--force', file]);
    expect(await versions(machine)).toEqual([`kubeadm ${OLD}`, `kubectl ${OLD}`, `kubelet ${OLD}`, `kubelet ${NEW}`, CNI]);
    expect((await machine.call('dnf_at_target kubelet', upgrade)).exitCode).toBe(9);
    await done(machine, 'dnf_check && dnf_install kubelet');
    expect(await versions(machine)).toEqual([`kubeadm ${OLD}`, `kubectl ${OLD}`, `kubelet ${NEW}`, CNI]);
    expect(machine.has('/kubelet-was-stopped')).toBe(false);
    expect((await machine.run(['kubelet', '--version'])).trim()).toBe('Kubernetes v1.35.4');
    expect((await machine.call('dnf_at_target kubelet', upgrade)).exitCode).toBe(0);
  }));

  test('given back, what a stopped install has left of the old package is removed, and nothing else is changed', () => node(async (machine) => {
    await machine.run(['dnf', '--disablerepo=*', 'versionlock', 'add', 'kubelet']);
    await done(machine, FETCH);
    const before = await state(machine);
    await done(machine, 'by_manager give_back');
    expect(await state(machine)).toEqual(before);
    const file = (await machine.run(['find', '/var/lib/cdk8s-day2', '-name', `kubelet-${NEW}*.rpm`])).trim();
    await machine.run(['rpm', '--install', '--force', file]);
    await done(machine, 'by_manager give_back');
    expect(await versions(machine)).toEqual([`kubeadm ${OLD}`, `kubectl ${OLD}`, `kubelet ${NEW}`, CNI]);
    expect(machine.read(LOCKS)).toContain(`kubelet-0:${NEW}.*`);
    expect(machine.has('/kubelet-was-stopped')).toBe(false);
  }));

  test('killed at any time, and done again, it ends as if it had not been killed', () => node(async (machine) => {
    await machine.run(['dnf', '--disablerepo=*', 'versionlock', 'add', 'kubelet']);
    const before = await state(machine);
    for (const seconds of [0.5, 1, 2]) {
      expect((await machine.call(FETCH, upgrade, seconds)).exitCode).not.toBe(2);
      expect(await state(machine)).toEqual(before);
    }
    await done(machine, FETCH);
    // As a killed dnf leaves it, whose number another process has by now.
    await machine.run(['sh', '-ec', 'for cache in $(find / -xdev -type d -path "*/packages/cache"); do echo 1 >"$cache/metadata_lock.pid"; done']);
    // Each run has a little longer, so that the kills are spread over all that it does.
    let last = await machine.call(`dnf_check && ${INSTALL}`, upgrade, 0.2);
    for (let seconds = 0.35; last.exitCode !== 0; seconds += 0.15) {
      if (seconds > 60) throw new Error(`it does not come to its end: ${last.stdout}${last.stderr}`);
      last = await machine.call(`dnf_check && ${INSTALL}`, upgrade, seconds);
    }
    await done(machine, `${FETCH} && ${INSTALL}`);
    expect(await versions(machine)).toEqual([`kubeadm ${NEW}`, `kubectl ${NEW}`, `kubelet ${NEW}`, CNI]);
    expect(machine.read(SOURCE)).toBe(source('1.35'));
    expect(machine.read(LOCKS)).toContain(`kubelet-0:${NEW}.*`);
    expect(machine.has('/kubelet-was-stopped')).toBe(false);
  }));

  test('a repository that is away is waited for, and named', () => node(async (machine) => {
    packages.away = true;
    await notYet(machine, /the key of this host is taken: .*\n.*the list of http:\/\/127\.0\.0\.1:\d+\/.*\/v1\.35\/rpm\/ can't be had yet: Error/);
  }));

  test('a password in the URL of a source is in no message', () => node(async (machine) => {
    const own = source('1.34').replace(/http:\/\//g, 'http://ci:S3cr3t@');
    machine.write(SOURCE, own);
    const said = async (inputs = upgrade) => {
      const { stdout, stderr } = await machine.call(FETCH, inputs);
      expect(`${stdout}${stderr}`).not.toMatch(/S3cr3t|ci:/);
      return `${stdout}${stderr}`;
    };
    expect(await said({ TO: '1.35.9' })).toMatch(/http:\/\/\*\*\*@127\.0\.0\.1:\d+\/.* has no kubeadm of 1\.35\.9/);
    packages.away = true;
    const waits = await said();
    expect(waits).toMatch(/\/\*\*\*@127\..*repomd\.xml\.key can't be had, the key of this host is taken: /);
    expect(waits).toMatch(/the list of http:\/\/\*\*\*@127\..* can't be had yet: /);
    machine.write(SOURCE, own.replace(/http:/g, 'ftp:'));
    expect(await said()).toMatch(/is ftp:\/\/\*\*\*@127\..*, and only http and https are understood/);
  }));

  test('a package that is not the one of the list is waited for', () => node(async (machine) => {
    writeFileSync(join(packages.folderOf('1.35.4'), 'x86_64', `kubelet-${NEW}.x86_64.rpm`), 'cut off');
    await notYet(machine, /the packages can't be had yet: Error.*kubelet/);
  }));

  test('where a program does not fit on the disk, that is said, and nothing of it is left to fill the disk', () => node(async (machine) => {
    await done(machine, FETCH);
    await machine.run(['mkdir', '/small']);
    await machine.run(['/bin-of-operation/mount', '-t', 'tmpfs', '-o', 'size=4k', 'small', '/small']);
    machine.write('/small/full', 'x');
    for (const before of [':', 'dnf_install kubelet']) {
      expect(await machine.call(before, upgrade)).toMatchObject({ exitCode: 0 });
      const { exitCode, stdout } = await machine.call('dnf_extract kubelet usr/bin/kubelet /small/kubelet', upgrade);
      expect(stdout).toMatch(/usr\/bin\/kubelet of the package kubelet can't be put at \/small\/kubelet yet: .*([Nn]o space|write)/);
      expect(exitCode).toBe(9);
      expect(machine.has('/small/kubelet')).toBe(false);
    }
  }));

  test('where the list can not be asked, that is said', () => node(async (machine) => {
    await done(machine, FETCH);
    const { exitCode, stdout } = await machine.call('{ dnf_run() { echo "Error: no space" >"$WORK/errors"; return 1; }; dnf_choose kubeadm; }', upgrade);
    expect(stdout).toMatch(/the versions of kubeadm can't be listed yet: Error: no space/);
    expect(exitCode).toBe(9);
  }));

  test('a version that is not there is refused with those that are', () => node((machine) =>
    refused(machine, /\/v1\.35\/rpm\/ has no kubeadm of 1\.35\.9, but 1\.35\.3-150500\.1\.1 1\.35\.4-150500\.1\.1: choose one of these/, { TO: '1.35.9' })));

  test('a package that is newer than the target is not downgraded', () => node(async (machine) => {
    await done(machine, `${FETCH} && dnf_install kubeadm`);
    await refused(machine, new RegExp(`kubeadm ${NEW} is installed, which is newer than 1\\.35\\.3: nothing is downgraded`), { TO: '1.35.3', OPERATION: 'down' });
    // Also where it became so after the fetch.
    await machine.call(`keep_fact version-kubeadm ${rpmVersion('1.35.3')}`, upgrade);
    await refused(machine, /kubeadm .* is installed, which is newer than 1\.35\.3/, { TO: '1.35.3' }, 'dnf_install kubeadm');
  }));

  test('an expired key is refused, though dnf would take it', () => node(async (machine) => {
    const expired = await SigningKey.generate('isv:kubernetes OBS Project', 'seconds=86400', '20260101T000000');
    writeFileSync(join(packages.folderOf('1.35.4'), 'repodata/repomd.xml.key'), await expired.public);
    await refused(machine, /the repository's key has expired, on 20\d\d-\d\d-\d\dT/, { ...upgrade, KEY_FINGERPRINT: await expired.fingerprint });
  }));

  test('a key that the host does not know is refused, unless it is pinned', () => node(async (machine) => {
    const other = await SigningKey.generate('somebody');
    const fingerprint = await other.fingerprint;
    await packages.publish('1.35.4', other, machine);
    await refused(machine, new RegExp(`the repository's key has the fingerprint ${fingerprint}, and not ${await key.fingerprint}`));
    const pinned = { ...upgrade, KEY_FINGERPRINT: fingerprint.toLowerCase() };
    await done(machine, `${FETCH} && ${INSTALL}`, pinned);
    expect(await versions(machine)).toContain(`kubelet ${NEW}`);
  }));

  test('packages that another key has signed are refused', () => node(async (machine) => {
    await packages.publish('1.35.4', await SigningKey.generate('somebody'), machine);
    writeFileSync(join(packages.folderOf('1.35.4'), 'repodata/repomd.xml.key'), await key.public);
    await refused(machine, /kube\w+-1\.35\.4-150500\.1\.1\.x86_64\.rpm is damaged, or not signed by the repository's key: digests SIGNATURES NOT OK/);
  }));

  test.each<[string, string, RegExp]>([
    ['without a signature', 'rpmsign --delsign "$1"', /digests OK|SIGNATURES NOT OK/],
    ['damaged before the list was made', 'size=$(stat -c %s "$1"); printf XXXX | dd of="$1" bs=1 seek=$((size - 40)) conv=notrunc', /DIGESTS SIGNATURES NOT OK/],
  ])('a package %s is refused', (_, change, words) => node(async (machine) => {
    const served = packages.folderOf('1.35.4');
    cpSync(served, machine.path('/tmp/changed'), { recursive: true });
    await machine.run(['sh', '-euc', `${change} 2>/dev/null; createrepo_c --quiet /tmp/changed`, 'sh', `/tmp/changed/x86_64/kubelet-${NEW}.x86_64.rpm`]);
    cpSync(machine.path('/tmp/changed'), served, { recursive: true });
    cpSync(join(folder, 'published/core:/stable:/v1.35/rpm/repodata/repomd.xml.key'), join(served, 'repodata/repomd.xml.key'));
    await refused(machine, new RegExp(`kubelet-.* is damaged, or not signed by the repository's key: (${words.source})`));
  }));

  test('where the source wants no signatures, that is said, unless a fingerprint is given', () => node(async (machine) => {
    machine.write(SOURCE, source('1.34').replace('gpgcheck=1', 'gpgcheck=0'));
    expect(await done(machine, FETCH)).toContain('warning: gpgcheck is off for [kubernetes] of /etc/yum.repos.d/kubernetes.repo: the packages are not verified');
    await refused(machine, /has the fingerprint/, { ...upgrade, KEY_FINGERPRINT: '0'.repeat(40), OPERATION: 'pinned' });
  }));

  test('where the source wants a signature of the list, too, it is looked at', () => node(async (machine) => {
    machine.write(SOURCE, source('1.34', ['repo_gpgcheck=1']));
    await done(machine, `${FETCH} && ${INSTALL}`);
    expect(machine.read(SOURCE)).toBe(source('1.35', ['repo_gpgcheck=1']));
    const list = join(packages.folderOf('1.35.4'), 'repodata/repomd.xml');
    writeFileSync(list, `${readFileSync(list, 'utf8')}\n`);
    const { exitCode, stdout } = await machine.call(FETCH, { ...upgrade, OPERATION: 'second' });
    expect(stdout).toMatch(/the list of .* can't be had yet: Error.*GPG/);
    expect(exitCode).toBe(9);
  }));

  test('a file that only root may read stays so', () => node(async (machine) => {
    machine.write(SOURCE, source('1.34', ['username=me', 'password=secret']));
    await machine.run(['chmod', '0600', SOURCE]);
    await done(machine, `${FETCH} && ${INSTALL}`);
    expect(machine.read(SOURCE)).toContain('/v1.35/');
    expect(await machine.run(['stat', '--format', '%a', SOURCE])).toBe('600\n');
  }));

  test.each([
    ['rpm\'s', '$(rpm --eval %_rpmlock_path)', 'fcntl.lockf(lock, fcntl.LOCK_EX)', /can't create transaction lock/],
    ['dnf\'s', '/var/lib/dnf/rpmdb_lock.pid', 'lock.write(str(os.getpid())); lock.flush()', /RPMDB already locked by \d+ The application .* is: python3/],
  ])('%s lock, which somebody holds, is waited for', (_, file, hold, words) => node(async (machine) => {
    await done(machine, FETCH);
    const other = machine.start(['sh', '-c', `exec python3 -c '
import fcntl, os, time
lock = open("'"${file}"'", "w")
${hold}
open("/tmp/locked", "w")
time.sleep(4)'`]);
    const ended = new Promise((over) => other.once('exit', over));
    await until('the lock is held', () => machine.has('/tmp/locked'), 20);
    await notYet(machine, new RegExp(`kubeadm ${NEW} is not installed yet: .*${words.source}`), 'dnf_install kubeadm');
    await ended;
    await done(machine, 'dnf_install kubeadm');
    expect(await versions(machine)).toContain(`kubeadm ${NEW}`);
  }));

  test('a key in a file of the host is compared, and renewed there', () => node(async (machine) => {
    const file = '/etc/pki/rpm-gpg/RPM-GPG-KEY-kubernetes';
    const own = (minor: string) => source(minor).replace(/^gpgkey=.*$/m, `gpgkey=file://${file}`);
    machine.write(file, await (await SigningKey.generate('somebody')).public);
    machine.write(SOURCE, own('1.34'));
    await refused(machine, /has the fingerprint/);
    machine.write(file, `renewed since\n${await key.public}`);
    await done(machine, `${FETCH} && ${INSTALL}`);
    expect(machine.read(file)).toBe(await key.public);
    expect(machine.read(SOURCE)).toBe(own('1.35'));
  }));

  test.each<[string, (machine: DnfMachine) => void, RegExp]>([
    ['no source', (machine) => machine.write(SOURCE, '# baseurl=https://pkgs.k8s.io/core:/stable:/v1.34/rpm/\n'), /no source in \/etc\/yum\.repos\.d names a repository of Kubernetes/],
    ['two sources', (machine) => machine.write('/etc/yum.repos.d/other.repo', source('1.33').replace('[kubernetes]', '[other]')), /several sections in \/etc\/yum\.repos\.d name repositories of Kubernetes: \/etc\/yum\.repos\.d\/kubernetes\.repo:kubernetes \/etc\/yum\.repos\.d\/other\.repo:other/],
    ['a source that is no http', (machine) => machine.write(SOURCE, source('1.34').replace(/http:/g, 'file:')), /the repository in \/etc\/yum\.repos\.d\/kubernetes\.repo is file:.*, and only http and https are understood/],
    ['locks of dnf 5', (machine) => machine.write('/etc/dnf/versionlock.toml', '[[packages]]\nname = "kubelet"\n'), /versionlock\.toml locks packages of Kubernetes/],
    ['an image of ostree', (machine) => machine.write('/run/ostree-booted', ''), /an image of ostree/],
  ])('%s: refused with the way out', (_, change, words) => node(async (machine) => {
    change(machine);
    await refused(machine, words);
  }));

  test('with a repository that is given, a host without a source gets one', () => bare(async (machine) => {
    const given = { ...upgrade, REPOSITORY: repository, KEY_FINGERPRINT: await key.fingerprint };
    await done(machine, `${FETCH} && ${INSTALL}`, given);
    expect(machine.read(SOURCE)).toBe(source('1.35'));
    expect(await versions(machine)).toEqual([`kubeadm ${NEW}`, `kubectl ${NEW}`, `kubelet ${NEW}`, CNI]);
  }));

  test('comments and other sections of the file stay, and so do settings of the section', () => node(async (machine) => {
    const file = (minor: string) => `# ours\n[old]\nname=old\nbaseurl=${repository.replace('{minor}', '1.30')}\nenabled=0\n\n${source(minor, ['# slow', 'sslverify=0', 'timeout=77', 'proxy='])}\n[else]\nname=else\nbaseurl=http://127.0.0.1:1/v1.34/else/\nenabled=0\n`;
    machine.write(SOURCE, file('1.34'));
    await done(machine, `${FETCH} && ${INSTALL}`);
    expect(machine.read(SOURCE)).toBe(file('1.35'));
    const own = readFileSync(machine.path('/var/lib/cdk8s-day2/operations/test/packages/repos/kubernetes.repo'), 'utf8');
    expect(own).toMatch(/^timeout=77$/m);
    expect(own).not.toMatch(/\[(old|else)\]/);
  }));

  test('another repository takes the place of the host\'s', () => node(async (machine) => {
    const mirror = `${repository.replace('/core:/stable:/', '/mirror/')}`;
    mkdirSync(join(folder, 'served/mirror'));
    cpSync(join(folder, 'published/core:/stable:'), join(folder, 'served/mirror'), { recursive: true });
    await done(machine, `${FETCH} && ${INSTALL}`, { ...upgrade, REPOSITORY: mirror.replace(/\/$/, '') });
    expect(machine.read(SOURCE)).toBe(source('1.35').replace(/\/core:\/stable:\//g, '/mirror/'));
  }));

  test('the key is fetched by the way that dnf goes', () => node(async (machine) => {
    machine.write('/etc/dnf/dnf.conf', '[main]\ngpgcheck=1\nproxy=http://proxy:3128\nproxy_username=me\nproxy_password=a"b\n');
    machine.write(SOURCE, source('1.34', ['sslverify=0', 'sslcacert=/etc/ca.pem', 'proxy=http://own:1']));
    const said = await done(machine, 'dnf_find_source && dnf_curl_settings');
    expect(said.trim().split('\n').slice(-5)).toEqual(['max-time = 50', 'proxy = "http://own:1"', 'cacert = "/etc/ca.pem"', 'proxy-user = "me:a\\"b"', 'insecure']);
  }));

  test.each<[string, string, number, RegExp]>([
    ['has the kubelet by rpm', ':', 0, /^dnf$/m],
    ['has it by both', 'apt_installed() { echo 1; }', 2, /both dpkg and rpm have the package kubelet on this host: say whose is right/],
    ['has it by none', 'dnf_installed() { :; }', 2, /no package manager of this host has the kubelet/],
  ])('auto, on a host that %s', (_, change, status, words) => node(async (machine) => {
    const { exitCode, stdout, stderr } = await machine.call(`{ ${change}; find_manager && fact manager; }`, upgrade);
    expect(`${stdout}${stderr}`).toMatch(words);
    expect(exitCode).toBe(status);
  }));
}));
