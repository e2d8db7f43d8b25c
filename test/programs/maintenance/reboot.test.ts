import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('whether a host asks for a reboot', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-reboot-'));
    mkdirSync(join(folder, 'boot'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /**
   * What is said, by the kernel that runs and those that are installed.
   *
   * @param bootedBefore how many seconds before the kernels were put there
   */
  function asked(running: string, installed: string[], required = false, bootedBefore = -60): string {
    for (const kernel of installed) writeFileSync(join(folder, 'boot', `vmlinuz-${kernel}`), '');
    writeFileSync(join(folder, 'stat'), `cpu 1 2 3\nbtime ${Math.floor(Date.now() / 1000) - bootedBefore}\nprocesses 4\n`);
    if (required) writeFileSync(join(folder, 'reboot-required'), '');
    return callLibrary(shell, 'maintenance/reboot.sh', `
      uname() { echo '${running}'; }
      BOOT=$1/boot REBOOT_REQUIRED=$1/reboot-required PROC_STAT=$1/stat
      status=0; reboot_asked || status=$?
      case $status in 0) echo "yes: $WHY" ;; 1) echo no ;; *) echo "can't tell: $WHY" ;; esac`, [folder]).stdout.trim();
  }

  test.each<[string, string[], string]>([
    ['6.1.0-18-amd64', ['6.1.0-18-amd64'], 'no'],
    ['6.1.0-9-amd64', ['6.1.0-9-amd64', '6.1.0-18-amd64'], '6.1.0-18-amd64'],
    ['6.1.0-18-amd64', ['6.1.0-9-amd64', '6.1.0-18-amd64'], 'no'],
    ['6.1.0-18-amd64', ['6.1.0-18-amd64', '6.1.0-21-amd64', '6.1.0-20-amd64'], '6.1.0-21-amd64'],
    // Another flavour, which nobody boots here.
    ['6.1.0-18-cloud-amd64', ['6.1.0-18-cloud-amd64', '6.1.0-21-amd64'], 'no'],
    ['6.1.0-18-amd64', ['6.1.0-18-amd64', '6.1.0-18-amd64.old', '6.1.0-21-rt-amd64'], 'no'],
    ['5.15.0-105-generic', ['5.15.0-105-generic', '6.8.0-40-generic'], '6.8.0-40-generic'],
    ['6.12.38+deb13-amd64', ['6.12.38+deb13-amd64', '6.12.41+deb13-amd64'], '6.12.41+deb13-amd64'],
    ['5.10.0-0.deb10.16-amd64', ['5.10.0-0.deb10.16-amd64', '5.10.0-0.deb10.17-amd64'], '5.10.0-0.deb10.17-amd64'],
    ['5.14.0-427.el9.x86_64', ['5.14.0-427.el9.x86_64', '5.14.0-427.13.1.el9_4.x86_64', '0-rescue-0123456789abcdef'], '5.14.0-427.13.1.el9_4.x86_64'],
    ['5.14.0-70.5.1.el9_0.x86_64', ['5.14.0-70.el9.x86_64', '5.14.0-70.5.1.el9_0.x86_64'], 'no'],
  ])('%s, with %j: %s', (running, installed, expected) => {
    expect(asked(running, installed)).toBe(expected === 'no' ? 'no' : `yes: the kernel ${expected} is installed, and ${running} runs`);
  });

  test('by the file of Debian and Ubuntu, whatever the kernels', () => {
    expect(asked('6.9.9-custom', [], true)).toBe(`yes: ${folder}/reboot-required is there`);
    writeFileSync(join(folder, 'reboot-required.pkgs'), 'libc6\ndbus\n');
    expect(asked('6.9.9-custom', [], true)).toBe(`yes: ${folder}/reboot-required is there, for libc6`);
  });

  test('a kernel that was replaced under its own name since the boot, with whatever date the package gives it', () => {
    const kernel = '5.10.0-8-amd64';
    const replaced = `yes: the kernel ${kernel} was replaced in ${folder}/boot since it was booted`;
    expect(asked(kernel, [kernel], false, 60)).toBe(replaced);
    utimesSync(join(folder, 'boot', `vmlinuz-${kernel}`), 1, 1);
    expect(asked(kernel, [], false, 60)).toBe(replaced);
    // After the reboot.
    expect(asked(kernel, [], false, 0)).toBe('no');
    // A newer one says more.
    expect(asked(kernel, [kernel, '5.10.0-9-amd64'], false, 60)).toBe(`yes: the kernel 5.10.0-9-amd64 is installed, and ${kernel} runs`);
  });

  test.each<[string[]]>([[[]], [['6.1.0-18-amd64']]])('can not be told where %j are installed, and another one runs', (installed) => {
    expect(asked('6.9.9-custom', installed)).toBe(`can't tell: no kernel in ${folder}/boot is the one that runs, 6.9.9-custom, and there is no ${folder}/reboot-required`);
  });
}));
