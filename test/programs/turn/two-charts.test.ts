import { ChildProcess, spawn } from 'child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { ApiServer, kubeletOf } from '../../support/api-server/api-server';
import { NodeTurn } from '../../support/turn/node-turn';
import { Nodes } from '../../support/turn/nodes';
import { grantTurn, TURN } from '../../support/turn/rights';
import { until } from '../../support/wait';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { PROGRAMS } from '../library';

const NODES = ['w1', 'w2', 'w3', 'w4'];

/** A node of an operation that doesn't know the others: only marks keep them apart. */
interface Going {
  readonly node: string;
  readonly operation: string;
  readonly atOnce: number;
}

describeWithTools('operations that begin at once, each with an order of its own', [...ApiServer.needs(toolchain.kubeApiserver137), toolchain.busybox], () => {
  let folder: string;
  let server: ApiServer;
  const children: ChildProcess[] = [];
  const turns: NodeTurn[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-turn-'));
    server = await ApiServer.start(toolchain.kubeApiserver137, [TURN, ...NODES.map(kubeletOf)]);
    const nodes = new Nodes(server);
    await grantTurn(server);
    await nodes.set('cp1', { version: '1.35.4' });
    await nodes.setControlPlane('cp1', '1.35.4');
    for (const node of NODES) await nodes.set(node, { version: '1.34.4' });
  }, 120_000);
  afterAll(async () => {
    children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).forEach((child) => child.kill('SIGKILL'));
    await Promise.all(turns.map((turn) => turn.end()));
    await server?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Lets all of them begin at the same time, and waits until all have ended. What happened, a line each. */
  async function letGo(going: Going[], limitSeconds: number): Promise<string[]> {
    const race = mkdtempSync(join(folder, 'race-'));
    const units = going.map(({ node, operation, atOnce }) => {
      const home = join(race, node);
      mkdirSync(join(home, 'record'), { recursive: true });
      const turn = new NodeTurn(home, server.kubeconfigOf(TURN), {
        SELF: node, OPERATION: operation, TO: '1.35.4', FIRST: 'cp1', AT_ONCE: `${atOnce}`, VERDICT_FILE: join(home, 'record', 'passed-on'),
      });
      turns.push(turn);
      const child = spawn(toolchain.busybox.path('busybox'), ['sh', join(__dirname, '..', '..', 'support', 'turn', 'unit.sh'), PROGRAMS, home, '2', node, `${atOnce}`], {
        env: {
          PATH: `${dirname(toolchain.kubectl.path())}:${process.env.PATH}`,
          KUBELET_CONF: server.kubeconfigOf(kubeletOf(node)),
          SELF: node,
          OPERATION: operation,
          AT_ONCE: `${atOnce}`,
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      children.push(child);
      return child;
    });
    await until('all have had their turn', () => units.every(({ exitCode }) => exitCode !== null), limitSeconds);
    expect(units.map(({ exitCode }) => exitCode)).toEqual(going.map(() => 0));
    const log = join(race, 'log');
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  }

  /** The most that were at work at once. */
  function mostAtOnce(log: string[]): number {
    let now = 0;
    return Math.max(...log.map((line) => line.startsWith('in ') ? ++now : line.startsWith('out ') ? now-- : now));
  }

  const workedOnce = (log: string[]) => log.filter((line) => line.startsWith('in ')).sort();

  test('never more than one at once where each allows one', async () => {
    const log = await letGo(NODES.map((node, i) => ({ node, operation: i % 2 ? 'patches-2026' : 'upgrade-to-1.35.4', atOnce: 1 })), 150);
    expect(workedOnce(log)).toEqual(NODES.map((node) => `in ${node}`));
    expect(mostAtOnce(log)).toBe(1);
  }, 180_000);

  test('where they allow two, two at once, but never beside one that allows one', async () => {
    const log = await letGo(NODES.map((node, i) => ({ node, operation: i === 0 ? 'strict' : 'upgrade-to-1.35.4', atOnce: i === 0 ? 1 : 2 })), 150);
    expect(workedOnce(log)).toEqual(NODES.map((node) => `in ${node}`));
    expect(mostAtOnce(log)).toBe(2);
    const during = log.slice(log.indexOf('in w1'), log.indexOf('out w1')).filter((line) => line.startsWith('in '));
    expect(during).toEqual(['in w1']);
    const before = log.slice(0, log.indexOf('in w1'));
    expect(before.filter((line) => line.startsWith('in ')).length).toBe(before.filter((line) => line.startsWith('out ')).length);
  }, 180_000);
});
