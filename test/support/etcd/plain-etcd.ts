import { join } from 'path';
import { Daemon } from './daemon';
import { EtcdClient } from './etcd-client';
import { freePorts } from './loopback';
import { Tool } from '../../toolchain/tool';
import { until } from '../wait';

export interface PlainEtcd {
  readonly daemon: Daemon;
  readonly endpoint: string;
}

/** An etcd without TLS, on a data folder below `folder`, for what isn't about etcd's clients. Whoever starts it stops its daemon. */
export async function startPlainEtcd(tool: Tool, folder: string, address = '127.0.0.1', flags: readonly string[] = []): Promise<PlainEtcd> {
  const [clientPort, peerPort] = await freePorts(2);
  const endpoint = `http://${address}:${clientPort}`;
  const daemon = new Daemon(tool.path('etcd'), [
    '--data-dir', join(folder, 'data'), '--unsafe-no-fsync', '--quota-backend-bytes=8589934592', '--logger=zap',
    ...flags, '--listen-client-urls', endpoint, '--advertise-client-urls', endpoint, '--listen-peer-urls', `http://127.0.0.1:${peerPort}`,
  ], join(folder, 'etcd.log'));
  daemon.start();
  try {
    await until(`${tool.title} serves ${folder}`, () => new EtcdClient(endpoint).healthy());
  } catch (error) {
    await daemon.stop('SIGKILL');
    throw new Error(`${(error as Error).message}\n${daemon.logTail}`);
  }
  return { daemon, endpoint };
}
