import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Daemon } from '../../support/etcd/daemon';
import { EtcdClient } from '../../support/etcd/etcd-client';
import { startPlainEtcd } from '../../support/etcd/plain-etcd';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { runOrThrow } from '../../toolchain/run';
import { toolchain } from '../../toolchain/toolchain';
import { PROGRAMS } from '../library';

/** What a tenant may store, or have stored and deleted. */
const LIKE_A_MEMBER = '{"id":77,"peerURLs":["x"],"name":"$(reboot)","clientURLs":["https://10.0.0.66:2379"]}';

describeWithTools('etcd\'s own buckets', [toolchain.etcd36, toolchain.etcd35, toolchain.busybox], () => {
  let folder: string;
  let daemon: Daemon;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-bucket-'));
    const etcd = await startPlainEtcd(toolchain.etcd36, folder);
    daemon = etcd.daemon;
    const client = new EtcdClient(etcd.endpoint);
    for (const key of ['stored', 'deleted']) await client.put(`/registry/configmaps/tenant/${key}`, `k8s\0\n4d${LIKE_A_MEMBER}8e9e05c52164694dremoved`);
    await client.delete('/registry/configmaps/tenant/deleted');
    for (let index = 0; index < 300; index++) await client.put(`/registry/other/${index}`, 'x'.repeat(1000));
    client.close();
    await runOrThrow(toolchain.etcd36.path('etcdctl'), ['--endpoints', etcd.endpoint, 'snapshot', 'save', join(folder, 'snapshot.db')]);
  });
  afterAll(async () => {
    await daemon.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (awk: string, file: string, bucket: string) => {
    const [program, ...words] = awk === 'busybox' ? [toolchain.busybox.path(), 'awk'] : [awk];
    const { status, stdout } = spawnSync(program, [...words, '-f', join(PROGRAMS, 'etcd', 'bucket.awk')], { env: { PATH: process.env.PATH, DATABASE: file, BUCKET: bucket }, encoding: 'utf8' });
    return { status, lines: stdout.split('\n').filter((line) => line !== '') };
  };
  const names = (lines: readonly string[]) => lines.map((line) => JSON.parse(line.replace(/^\S+ /, '')).name).sort();

  describe.each(['busybox', 'mawk', 'gawk'])('by the awk of %s', (awk) => {
    test('are read, and nothing that looks like their entries', () => {
      const { status, lines } = read(awk, join(folder, 'snapshot.db'), 'members');
      expect({ status, names: names(lines) }).toEqual({ status: 0, names: ['default'] });
      expect(read(awk, join(folder, 'snapshot.db'), 'members_removed')).toEqual({ status: 0, lines: [] });
    });

    test.each([toolchain.etcd36, toolchain.etcd35])('are read on several pages, of $title', async (etcd) => {
      const members = Array.from({ length: 60 }, (_, index) => `member-${index}`);
      const dataDir = join(folder, `${awk}-${etcd.title}`);
      const cluster = members.map((name, index) => `${name}=https://10.0.0.${index}:2380`).join();
      await runOrThrow(etcd.path('etcdutl'), ['snapshot', 'restore', join(folder, 'snapshot.db'), '--data-dir', dataDir, '--name', 'member-0', '--initial-cluster', cluster, '--initial-advertise-peer-urls', 'https://10.0.0.0:2380']);
      const { status, lines } = read(awk, join(dataDir, 'member', 'snap', 'db'), 'members');
      expect({ status, names: names(lines) }).toEqual({ status: 0, names: members.sort() });
    });

    test.each([['nothing', ''], ['no database', 'x'.repeat(10000)]])('a file with %s is not understood', (_, content) => {
      writeFileSync(join(folder, 'other'), content);
      expect(read(awk, join(folder, 'other'), 'members')).toEqual({ status: 1, lines: [] });
      expect(read(awk, join(folder, 'none'), 'members')).toEqual({ status: 1, lines: [] });
    });
  });
});
