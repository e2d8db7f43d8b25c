import { execFileSync } from 'child_process';
import { appendFileSync, chmodSync, chownSync, copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { PersonsRun } from '../support/drill/persons-run';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** The kit from which root starts a restore. */
describeWithTools('the kit that a person has', [toolchain.etcd36, toolchain.busybox], () => asRoot('the kit that a person has', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let drill: StubRestoreDrill;
    let kit: string;
    let runs = 0;

    beforeAll(async () => { drill = await StubRestoreDrill.begin({ shell }); });
    afterAll(() => drill?.cluster.destroy());
    // A copy of it on the volume, each test's own, with real tools and sums, as a snapshot writes it.
    beforeEach(() => {
      const original = drill.machines[0].props.kit;
      kit = join(dirname(original), `kit-${runs++}`);
      cpSync(original, kit, { recursive: true });
      if (shell === 'busybox') {
        for (const tool of ['etcdctl', 'etcdutl']) copyFileSync(toolchain.etcd36.path(tool), join(kit, 'bin', tool));
      }
      writeFileSync(join(kit, 'cluster.env'), 'CLUSTER=\'prod\'\n', { mode: 0o600 });
      execFileSync('sh', ['-c', 'chmod -R u+rwX,go= . && find . -type f ! -name SHA256SUMS | sed "s,^./,," | xargs sha256sum >SHA256SUMS'], { cwd: kit });
    });
    afterEach(() => rmSync(kit, { recursive: true, force: true }));

    const command = (args: string[], program = 'restore.sh', folder = kit) => ({ command: ['sh', join(folder, program), ...args], env: drill.machines[0].environment });
    /** What a person sees who types it. */
    const run = async (args = ['--latest', '--dry-run', '--id', `kit-${runs}`], { program = 'restore.sh', folder = kit } = {}) =>
      new PersonsRun(drill.machines[0].host.start(command(args, program, folder))).summary();
    test('a time that is no number of seconds is refused, as it would never end', async () => {
      const { command: typed, env } = command(['--latest', '--dry-run', '--id', 'kit-time']);
      expect(await new PersonsRun(drill.machines[0].host.start({ command: typed, env: { ...env, READY_TIMEOUT: '10m' } })).summary())
        .toMatchObject(refused(/^READY_TIMEOUT is '10m'$/, /^set it to a whole number of at least 1$/));
    });

    const tried = { status: 0, outcome: 'dry-run' };
    const refused = (message: RegExp, fix: RegExp) => ({ status: 2, outcome: 'failed', message: expect.stringMatching(message), fix: expect.stringMatching(fix) });

    test('whole and root\'s: it runs, by either program, also through a link', async () => {
      expect(await run()).toMatchObject(tried);
      const link = join(dirname(kit), 'link');
      symlinkSync(kit, link);
      expect(await run(['--list'], { folder: link }).catch((error: Error) => error.message)).toMatch(/complete/);
      rmSync(link);
      expect(await run(['--status', 'x'], { program: 'replace-member.sh' })).toMatchObject({ message: 'there is no operation x on this host' });
    });

    test.each<[string, () => void, RegExp]>([
      ['a folder of someone else\'s', () => chownSync(kit, 1000, 1000), /kit-\d+ belongs to user 1000, and not to root: so others may have changed what root is to run here/],
      ['a folder that everybody may write to', () => chmodSync(kit, 0o777), /kit-\d+ can be written by others than root/],
      ['a folder that a group may write to', () => chmodSync(kit, 0o2770), /kit-\d+ can be written by others than root/],
      ['a sticky folder, such as /tmp', () => chmodSync(kit, 0o1777), /kit-\d+ can be written by others than root/],
      ['a library of someone else\'s', () => chownSync(join(kit, 'host', 'components.sh'), 65532, 65532), /components\.sh belongs to user 65532/],
      ['a tool that a group may write to', () => chmodSync(join(kit, 'bin', 'etcdctl'), 0o720), /etcdctl can be written by others/],
      ['names of members that others may write', () => chmodSync(join(kit, 'cluster.env'), 0o666), /cluster\.env can be written by others/],
      ['a link to someone else\'s', () => {
        rmSync(join(kit, 'bin', 'etcdutl'));
        symlinkSync('/tmp/theirs', join(kit, 'bin', 'etcdutl'));
        writeFileSync('/tmp/theirs', '');
      }, /\/tmp\/theirs|\/tmp can be written/],
    ])('%s: root doesn\'t run it, and is told how to', async (_, spoil, message) => {
      spoil();
      const fix = /then run a copy of your own: cp -rL \/var\/.*\/kit-\d+ \/root\/break-glass-\d+; cd \/root\/break-glass-\d+; export BACKUP_ROOT=\//;
      expect(await run()).toMatchObject(refused(message, fix));
    });

    test('a folder above of someone else\'s: the same, and by following the fix it runs', async () => {
      const { backups } = drill.cluster;
      chownSync(dirname(backups), 1000, 1000);
      const { message, fix } = await run();
      expect(message).toMatch(/backups belongs to user 1000, and not to root/);
      const copy = join(drill.cluster.folder, 'root');
      const typed = /own: (.*)$/.exec(fix)![1].replaceAll('/root/break-glass', copy);
      expect(await drill.machines[0].host.run(['sh', '-c', `${typed} && sh restore.sh --list`])).toContain(drill.backup);
      chownSync(dirname(backups), 0, 0);
    });

    test.each<[string, () => void, RegExp]>([
      ['changed', () => appendFileSync(join(kit, 'restore.sh'), ':\n'), /restore\.sh is changed or missing/],
      ['emptied', () => truncateSync(join(kit, 'replace', 'steps.sh')), /replace\/steps\.sh is changed or missing/],
      ['gone', () => rmSync(join(kit, 'bin', 'etcdutl')), /bin\/etcdutl is changed or missing/],
      ['rotten', () => writeFileSync(join(kit, 'cluster.env'), 'CLUSTER=\'prad\'\n'), /cluster\.env is changed or missing/],
      ['too many', () => writeFileSync(join(kit, 'bin', 'stat'), '#!/bin/sh\n', { mode: 0o755 }), /bin\/stat is no part of it/],
      ['listed nowhere', () => truncateSync(join(kit, 'SHA256SUMS')), /restore\.sh is no part of it/],
    ])('a file is %s: it is not run, and that is said', async (_, spoil, message) => {
      spoil();
      for (const program of ['restore.sh', 'replace-member.sh', 'upgrade-node.sh', 'maintain-node.sh']) {
        expect(await run(['--id', 'spoiled'], { program })).toMatchObject(refused(message, /^take another copy of it: .* rm .*SHA256SUMS$/));
      }
    });

    test('what somebody has put beside it is no matter', async () => {
      writeFileSync(join(kit, 'notes.txt'), 'call the colleague\n');
      expect(await run()).toMatchObject(tried);
    });

    // The host's own tools are used where the kit has none.
    if (shell === 'dash') return;

    describe('on a disk that is mounted noexec', () => {
      const noexec = (folder: string) => drill.machines[0].host.run(['sh', '-ec', 'mount --bind "$1" "$1" && mount -o remount,bind,noexec "$1"', 'sh', folder]);
      const exec = (folder: string) => drill.machines[0].host.run(['umount', '--lazy', folder]);

      test('it runs copies of its tools', async () => {
        await noexec(kit);
        const result = await run();
        await exec(kit);
        expect(result).toMatchObject(tried);
      });

      test('and so is /run, as in Debian: the copies lie beside the records, and go', async () => {
        await noexec(kit);
        await noexec('/run');
        const result = await run();
        await exec('/run');
        await exec(kit);
        expect(result).toMatchObject(tried);
        expect(readdirSync(drill.machines[0].operations).filter((name) => name.startsWith('.tools'))).toEqual([]);
      });

      test('and so is the disk of the records: noexec is said, and what to type', async () => {
        const state = dirname(drill.machines[0].operations);
        mkdirSync(state, { recursive: true });
        for (const folder of [kit, '/run', state]) await noexec(folder);
        const result = await run();
        const remount = /mounted noexec, on the host: mount -o remount,exec "\$\(findmnt -n -o TARGET -T /;
        expect(result).toMatchObject(refused(/the tools in .* can't be run, and neither can copies of them/, remount));
        await exec('/run');
        await exec(kit);
        // The kit's tools run where they are; the unit's, beside the records, would not.
        expect(await run()).toMatchObject(refused(/what lies in .*operations can't be run: .*[Pp]ermission denied/, remount));
        const fix = /: (mount -o remount,exec .*?), and/.exec((await run()).fix)![1];
        await drill.machines[0].host.run(['sh', '-c', fix]);
        expect(await run()).toMatchObject(tried);
        await exec(state);
      });

      test('without modes, as from a download or a FAT disk: the same', async () => {
        execFileSync('chmod', ['-R', 'a-x,a+X', join(kit, 'bin')]);
        expect(await run()).toMatchObject(tried);
      });
    });
  });
}));
