import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { stringify } from 'yaml';
import { toolchain } from '../../toolchain/toolchain';
import { Daemon } from '../etcd/daemon';
import { freePorts } from '../etcd/loopback';
import { until } from '../wait';

/** A real Prometheus that scrapes nothing, and evaluates rules every second. */
export class Prometheus {
  static async start(folder: string): Promise<Prometheus> {
    const [port] = await freePorts(1);
    const prometheus = new Prometheus(folder, `http://127.0.0.1:${port}`);
    await prometheus.launch(port);
    return prometheus;
  }

  private daemon?: Daemon;

  private constructor(private readonly folder: string, readonly url: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Has these rules, and no others. */
  async evaluate(...rules: object[]): Promise<void> {
    this.write(rules);
    const answer = await fetch(`${this.url}/-/reload`, { method: 'POST' });
    if (!answer.ok) throw new Error(`Prometheus does not take the rules: ${await answer.text()}`);
  }

  async stop(): Promise<void> {
    await this.daemon?.stop('SIGKILL');
  }

  private async launch(port: number): Promise<void> {
    this.write([]);
    writeFileSync(join(this.folder, 'prometheus.yaml'), stringify({ global: { evaluation_interval: '1s' }, rule_files: ['rules.yaml'] }));
    this.daemon = new Daemon(toolchain.prometheus.path(), [
      `--config.file=${join(this.folder, 'prometheus.yaml')}`, `--storage.tsdb.path=${join(this.folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`, '--web.enable-lifecycle',
    ], join(this.folder, 'log'));
    this.daemon.start();
    await until('Prometheus is ready', async () => (await fetch(`${this.url}/-/ready`)).ok, 60);
  }

  private write(rules: object[]): void {
    writeFileSync(join(this.folder, 'rules.yaml'), stringify({ groups: rules.length > 0 ? [{ name: 'rules', rules }] : [] }));
  }
}
