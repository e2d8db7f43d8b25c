import { cpSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { AptMachine } from '../../support/packages/apt-machine';
import { writeAptRepository } from '../../support/packages/apt-repository';
import { buildDebianPackage, DebianPackage } from '../../support/packages/debian-package';
import { SigningKey } from '../../support/packages/signing-key';
import { asRoot } from '../../support/pod/as-root';
import { until } from '../../support/wait';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const pack = (name: string, version: string, depends: string[] = []): DebianPackage => ({ name, version, depends });
const OLD = ['alpha', 'beta', 'gamma', 'libz', 'kubelet', 'kubeadm', 'containerd'].map((name) => pack(name, '1.0'));
const KERNEL = [pack('linux-image-6.1.0-1-amd64', '6.1.1'), pack('linux-image-amd64', '6.1.1', ['linux-image-6.1.0-1-amd64'])];

/** A newer alpha is in the main repository, and a security update of the old one beside it. */
const MAIN = [...OLD, ...KERNEL, pack('alpha', '1.2'), pack('beta', '1.1')];
const SECURITY = [
  pack('alpha', '1.1'), pack('gamma', '1.1', ['libnew', 'libz (>= 1.1)']), pack('libnew', '1.0'), pack('libz', '1.1'), pack('kubelet', '2.0'), pack('kubeadm', '2.0'),
  pack('containerd', '2.0'), pack('linux-image-6.1.0-2-amd64', '6.1.2'), pack('linux-image-amd64', '6.1.2', ['linux-image-6.1.0-2-amd64']),
];

describeWithTools('updates of the system by apt', [toolchain.busybox], () => asRoot('updates of the system by apt', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-updates-'));
    const key = await SigningKey.generate('a distribution');
    for (const [name, packages, Suite] of [['main', MAIN, 'stable'], ['security', SECURITY, 'stable-security']] as const) {
      for (const each of packages) await buildDebianPackage(each, join(folder, name));
      await writeAptRepository(join(folder, name), key, { Origin: 'Debian', Label: 'Debian', Suite });
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const SOURCES = 'deb [trusted=yes] file:/srv/main ./\ndeb [trusted=yes] file:/srv/security ./\n';

  /** A host with the old packages, one of which nobody has asked for. */
  const host = (act: (machine: AptMachine) => Promise<void>) => AptMachine.with(async (machine) => {
    cpSync(folder, machine.path('/srv'), { recursive: true });
    machine.write('/etc/apt/sources.list', SOURCES);
    await machine.run(['apt-get', 'update', '-o', 'APT::Update::Error-Mode=any']);
    await machine.run(['apt-get', 'install', '--yes', '--allow-downgrades', ...[...OLD, ...KERNEL].map(({ name, version }) => `${name}=${version}`)]);
    await machine.run(['apt-mark', 'auto', 'libz']);
    await act(machine);
  });

  const inputs = (changes: Record<string, string> = {}) => ({ OS_PACKAGES: 'security', RUNTIME: 'keep', ...changes });
  const FETCH = 'find_update_manager && by_manager update_check && by_manager update_fetch';
  const UPDATE = `${FETCH} && by_manager update_install && by_manager update_forget`;
  const versions = async (machine: AptMachine) => Object.fromEntries((await machine.run(['dpkg-query', '--show', '--showformat', '${Package} ${Version}\n',
    ...OLD.map(({ name }) => name), 'linux-image-amd64'])).trim().split('\n').map((line) => line.split(' ')));
  const NOT_TOUCHED = { kubelet: '1.0', kubeadm: '1.0' };

  const updated = async (machine: AptMachine, changes: Record<string, string> = {}) => {
    const { exitCode, stdout, stderr } = await machine.call(UPDATE, inputs(changes));
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    return versions(machine);
  };

  test('security updates only, with what they need, and nothing of Kubernetes or the container runtime', () => host(async (machine) => {
    expect(await updated(machine)).toEqual({
      ...NOT_TOUCHED, 'containerd': '1.0', 'alpha': '1.1', 'beta': '1.0', 'gamma': '1.1', 'libz': '1.1', 'linux-image-amd64': '6.1.2',
    });
    // Old kernels go by themselves only as long as nobody has asked for them.
    expect((await machine.run(['apt-mark', 'showmanual', 'libz', 'libnew', 'linux-image-6.1.0-2-amd64', 'alpha'])).trim()).toBe('alpha');
    expect(machine.has('/var/lib/cdk8s-day2/operations/test/updates')).toBe(false);
    expect(machine.read('/var/lib/cdk8s-day2/operations/test/record/updates').trim().split('\n').sort())
      .toEqual(['alpha=1.1', 'gamma=1.1', 'libz=1.1', 'linux-image-amd64=6.1.2']);
  }));

  test('all updates, and the container runtime where it is asked for', () => host(async (machine) => {
    expect(await updated(machine, { OS_PACKAGES: 'all', RUNTIME: 'update' })).toEqual({
      ...NOT_TOUCHED, 'containerd': '2.0', 'alpha': '1.2', 'beta': '1.1', 'gamma': '1.1', 'libz': '1.1', 'linux-image-amd64': '6.1.2',
    });
  }));

  test('what a person holds stays, and what was done is not done again', () => host(async (machine) => {
    await machine.run(['apt-mark', 'hold', 'gamma', 'linux-image-amd64']);
    expect(await updated(machine)).toMatchObject({ ...NOT_TOUCHED, 'alpha': '1.1', 'gamma': '1.0', 'linux-image-amd64': '6.1.1' });
    expect(await machine.run(['apt-mark', 'showhold'])).toBe('gamma\nlinux-image-amd64\n');
    await machine.run(['rm', '-r', '/var/lib/cdk8s-day2/operations/test']);
    await updated(machine);
    expect(machine.read('/var/lib/cdk8s-day2/operations/test/record/updates')).toBe('');
  }));

  test.each(['preferences', 'preferences.d/kubelet'])('a pin of the host in %s does not bring what is held out', (file) => host(async (machine) => {
    machine.write(`/etc/apt/${file}`, 'Package: kubelet\nPin: version 2.0\nPin-Priority: 1001\n\nPackage: alpha\nPin: version 1.0\nPin-Priority: 1001\n');
    expect(await updated(machine)).toMatchObject({ ...NOT_TOUCHED, alpha: '1.0', gamma: '1.1' });
  }));

  test('a host without a source of security updates is refused', () => host(async (machine) => {
    machine.write('/etc/apt/sources.list', SOURCES.split('\n')[0] + '\n');
    expect(await machine.call(FETCH, inputs())).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no source of this host has security updates') });
  }));

  test('a source that is away is no reason to go on without it', () => host(async (machine) => {
    machine.write('/etc/apt/sources.list.d/away.list', 'deb [trusted=yes] http://127.0.0.1:1/ ./\n');
    expect(await machine.call(FETCH, inputs())).toMatchObject({ exitCode: 9, stdout: expect.stringContaining('the lists of packages can\'t be had yet: E: ') });
    expect(await versions(machine)).toMatchObject({ alpha: '1.0' });
  }));

  test('what somebody has updated further in the meantime is not taken back', () => host(async (machine) => {
    await machine.call(FETCH, inputs());
    await machine.run(['apt-get', 'install', '--yes', 'alpha=1.2']);
    expect(await machine.call('by_manager update_install', inputs())).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await versions(machine)).toMatchObject({ ...NOT_TOUCHED, alpha: '1.2', gamma: '1.1' });
  }));

  test('killed while dpkg unpacks, it goes on', () => host(async (machine) => {
    await machine.call(FETCH, inputs());
    // What dpkg leaves when it is killed.
    await machine.run(['dpkg', '--unpack', '/srv/security/gamma_1.1_amd64.deb']);
    expect(await machine.run(['dpkg-query', '--show', '--showformat', '${db:Status-Status}', 'gamma'])).toBe('unpacked');
    expect(await machine.call('by_manager update_install || { cat "$WORK/answer" "$WORK/errors"; false; }', inputs())).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await versions(machine)).toMatchObject({ ...NOT_TOUCHED, alpha: '1.1', gamma: '1.1', libz: '1.1' });
  }));

  test('an installation of somebody else that was not finished is refused', () => host(async (machine) => {
    await machine.run(['dpkg', '--unpack', '/srv/main/beta_1.1_amd64.deb']);
    expect(await machine.call(FETCH, inputs()))
      .toMatchObject({ exitCode: 2, stderr: expect.stringContaining('packages are not installed completely: beta: finish them: dpkg --configure -a') });
  }));

  test('while somebody installs, nothing is rebooted; then nobody can install', () => host(async (machine) => {
    const attempt = () => machine.call('apt_while_locked 1 touch /rebooted || { cat "$WORK/errors"; false; }', inputs());
    // As apt-daily has it: a package whose script takes its time.
    await buildDebianPackage({ ...pack('slow', '1.0'), scripts: { postinst: '#!/bin/sh\ntouch /begun\nuntil [ -e /enough ]; do sleep 0.1; done\n' } }, machine.path('/srv'));
    const other = machine.start(['dpkg', '--install', '/srv/slow_1.0_amd64.deb']);
    await until('dpkg is at it', () => machine.has('/begun'));
    expect(await attempt()).toMatchObject({ exitCode: 9, stdout: expect.stringMatching(/\/var\/lib\/dpkg\/lock(-frontend)? is locked/) });
    expect(machine.has('/rebooted')).toBe(false);
    machine.write('/enough', '');
    await until('dpkg has ended', () => other.exitCode === 0);

    const meanwhile = machine.call('apt_while_locked 5 touch /rebooted', inputs());
    await until('it is rebooted', () => machine.has('/rebooted'));
    const refused = await machine.exec(['dpkg', '--remove', 'slow']);
    expect({ exitCode: refused.exitCode, stderr: refused.stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('lock') });
    expect((await meanwhile).exitCode).toBe(0);
  }));
}));
