import { execFileSync } from 'child_process';
import { createHash } from 'crypto';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'fs';
import { join } from 'path';
import { Program } from '../../src/runtime/program';
import { asRoot } from '../support/pod/as-root';
import { Container } from '../support/pod/container';
import { expectSaved } from '../support/pod/failure';
import { KitOnDisk } from '../support/pod/kit-on-disk';
import { Pod, Shell } from '../support/pod/pod';
import { SmallDisk } from '../support/pod/small-disk';
import { SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { NODE, STUB_CLUSTER, stubImage } from '../support/pod/stub-etcd';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const EVIL = 'echo owned >/backup/owned\n';

/** Whoever may delete and create ConfigMaps can put others under their names. They can't change the pod's own spec. */
describeWithTools('a pod whose ConfigMaps were replaced', [toolchain.busybox], () => asRoot('a pod whose ConfigMaps were replaced', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let scene: SnapshotScene;
    const options = { image: {}, shell };

    beforeEach(() => {
      scene = new SnapshotScene(STUB_CLUSTER, options);
      options.image = stubImage(scene);
    });
    afterEach(() => scene.remove());

    const PROPS = { nodes: NODE, breakGlassKit: true };
    const data = (manifests: any[], key: string) => manifests.find((manifest) => manifest.kind === 'ConfigMap' && key in manifest.data).data;

    test.each<[string, (manifests: any[]) => void, string]>([
      ['another program', (manifests) => { data(manifests, 'etcd-snapshot.sh')['etcd-snapshot.sh'] = EVIL; }, '/program'],
      ['a line more in a library', (manifests) => { data(manifests, 'backup-retention.awk')['backup-backups.sh'] += EVIL; }, '/program'],
      ['lines that have moved from one file to the next', (manifests) => {
        const files = data(manifests, 'backup-retention.awk');
        files['lib-report.sh'] = files['lib-report.sh'] + files['lib-process.sh'];
        files['lib-process.sh'] = '';
      }, '/program'],
      ['another restore program in the kit', (manifests) => { data(manifests, 'restore.sh')['restore.sh'] = EVIL; }, '/break-glass/program'],
      ['other names of members in the kit', (manifests) => { data(manifests, 'cluster.env')['cluster.env'] += EVIL; }, '/break-glass/cluster'],
      ['a file more in the kit', (manifests) => { data(manifests, 'cluster.env')['more.sh'] = EVIL; }, '/break-glass/cluster'],
    ])('%s: nothing of it runs or is kept, and that is said', async (_, replace, path) => {
      const manifests = scene.manifests(PROPS);
      replace(manifests);
      const before = scene.backups.look();
      const result = await Pod.run(manifests, options);
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toEqual({
        exitCode: 2,
        outcome: 'failed',
        step: 'verified',
        message: `the files in ${path} are not those that this pod was made with`,
        fix: 'see who replaced their ConfigMap, delete it, and apply the chart again',
      });
      expect(result.stdout).toContain('are not those that this pod was made with');
      expect(scene.backups.look()).toEqual(before);
      expect(readdirSync(scene.volume)).toEqual(['prod']);
      expect(existsSync(new KitOnDisk(scene.backups.folder).path())).toBe(false);
    });

    test('none was replaced: it runs', async () => {
      await expectSaved(scene, () => scene.run(PROPS));
      expect(new KitOnDisk(scene.backups.folder).faults).toEqual([]);
    });
  });

  test('emptyDir is mounted noexec, as /var is on hardened nodes: the pod says so', async () => {
    const scene = new SnapshotScene(STUB_CLUSTER, { image: {} });
    const manifests = scene.manifests({ nodes: NODE });
    const [init] = manifests.find(({ kind }) => kind === 'Job').spec.template.spec.initContainers;
    const bin = join(scene.folder, 'bin');
    mkdirSync(bin);
    for (const applet of ['cp', 'mkdir', 'tee']) symlinkSync('busybox', join(bin, applet));
    writeFileSync(join(bin, 'busybox'), '');
    const disk = await SmallDisk.mount(scene.volume, 16);
    execFileSync('mount', ['-o', 'remount,noexec', scene.volume]);
    try {
      const result = await Container.start({
        command: init.command,
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
        user: 0,
        group: 0,
        mounts: [
          { source: bin, path: '/bin', readOnly: true },
          { source: toolchain.busybox.path('busybox'), path: '/bin/busybox', readOnly: true },
          { source: scene.volume, path: '/toolbox' },
        ],
      }).result;
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({
        exitCode: 1, outcome: 'failed', step: 'toolbox', message: expect.stringContaining('emptyDir'), fix: expect.stringContaining('mounted noexec'),
      });
    } finally {
      await disk.unmount();
      scene.remove();
    }
  });

  test('the digest in the spec is that of all files, and Kubernetes finds no variable in the command', () => {
    const scene = new SnapshotScene(STUB_CLUSTER, { image: {} });
    const { command } = scene.manifests({ nodes: NODE }).find(({ kind }) => kind === 'Job').spec.template.spec.containers[0];
    scene.remove();
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const { contents } = Program.ETCD_SNAPSHOT;
    const sums = Object.keys(contents).map((name) => `./${name}`).sort().map((name) => `${sha256(contents[name.slice(2)])}  ${name}\n`).join('');
    expect(command[3]).toContain(`\nverified /program ${sha256(sums)}\n`);
    expect(command[3]).not.toMatch(/\$[($]/);
  });
}));
