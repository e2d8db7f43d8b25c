import { rmSync } from 'fs';
import { join } from 'path';
import { execute, seconds } from './clock';
import { EtcdClusterFixture } from '../../test/integration/support/etcd-cluster';
import { Tool } from '../../test/toolchain/tool';

/** Seconds that each of the commands takes by itself. */
export interface BareTiming {
  readonly save: number;
  readonly status: number;
  readonly hash: number;
}

/** What a verified snapshot cannot do without: save it, let etcd's own tool read it, and hash it once. */
export function timeBareCommands(cluster: EtcdClusterFixture, busybox: Tool, folder: string): BareTiming {
  const file = join(folder, 'bare.db');
  const certificate = (name: string) => join(cluster.certificates, name);
  const timing = {
    save: seconds(() => execute([
      cluster.tool.path('etcdctl'), '--endpoints', cluster.endpoints[0], '--cacert', certificate('ca.crt'),
      '--cert', certificate('healthcheck-client.crt'), '--key', certificate('healthcheck-client.key'), 'snapshot', 'save', file,
    ])),
    status: seconds(() => execute([cluster.tool.path('etcdutl'), 'snapshot', 'status', file, '--write-out=json'])),
    hash: seconds(() => execute([busybox.path(), 'sha256sum', file])),
  };
  rmSync(file);
  return timing;
}
