import { rmSync } from 'fs';
import { join } from 'path';
import { EtcdClusterFixture } from '../../test/support/etcd/etcd-cluster';
import { runOrThrow } from '../../test/toolchain/run';
import { toolchain } from '../../test/toolchain/toolchain';
import { stopwatch } from '../support/stopwatch';

/** Seconds that each of the commands takes by itself. */
export interface BareTiming {
  readonly save: number;
  readonly status: number;
  readonly hash: number;
}

/** Times the least that a verified snapshot needs: save it, let etcd's own tool read it, and hash it once. */
export async function timeBareCommands(cluster: EtcdClusterFixture, folder: string): Promise<BareTiming> {
  const file = join(folder, 'bare.db');
  const certificate = (name: string) => join(cluster.certificates, name);
  const timing = {
    save: await seconds(cluster.tool.path('etcdctl'), [
      '--endpoints', cluster.endpoints[0], '--cacert', certificate('ca.crt'),
      '--cert', certificate('healthcheck-client.crt'), '--key', certificate('healthcheck-client.key'), 'snapshot', 'save', file,
    ]),
    status: await seconds(cluster.tool.path('etcdutl'), ['snapshot', 'status', file, '--write-out=json']),
    hash: await seconds(toolchain.busybox.path(), ['sha256sum', file]),
  };
  rmSync(file);
  return timing;
}

async function seconds(program: string, args: string[]): Promise<number> {
  const elapsed = stopwatch();
  await runOrThrow(program, args);
  return elapsed();
}
