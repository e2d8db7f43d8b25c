import { Database } from './database';
import { installKit, manual, Procedure, program } from './procedures';
import { sinceWhen, watch, Watched } from './watch';
import { etcdTool } from '../../test/lab/binaries';
import { up } from '../../test/lab/bring-up';
import { NodeAccess } from '../../test/lab/node-access';
import { topologyNamed } from '../../test/lab/topology';
import { sleep } from '../../test/support/wait';
import { toolchain } from '../../test/toolchain/toolchain';
import { figure, table, wholeNumber } from '../support/format';

const MEGABYTES = [10, 500, 2_000];
const TURNS = 3;

interface Timing {
  /** Seconds without any API server. */
  readonly outage: number;
  /** Seconds from the start until every member and every API server served. */
  readonly all: number;
}

/** Times restores of a cluster with three control planes, in turns by the program and by the usual procedure. Needs root and what the lab needs. */
export async function restore(): Promise<string> {
  const cluster = await up(topologyNamed('ha'), { name: 'bench', dieWithParent: true });
  try {
    const nodes = cluster.controlPlanes;
    const etcd = etcdTool(cluster.plan.etcd);
    await Promise.all([etcd, toolchain.busybox].map((tool) => tool.ensure()));
    await installKit(nodes, etcd);
    const database = await Database.copyOf(nodes[0], etcd);
    const rows: string[][] = [];
    try {
      for (const megabytes of MEGABYTES) {
        const bytes = await database.growTo(megabytes * 1e6);
        await database.saveOn(nodes);
        // The first restore isn't counted: the cluster has another size before it.
        await timed('first', nodes, program, `${megabytes}-first`);
        const manuals: Timing[] = [];
        const programs: Timing[] = [];
        for (let turn = 1; turn <= TURNS; turn++) {
          manuals.push(await timed('manual', nodes, manual, `${megabytes}-manual-${turn}`));
          programs.push(await timed('program', nodes, program, `${megabytes}-program-${turn}`));
        }
        const [m, p] = [medians(manuals), medians(programs)];
        rows.push([`${wholeNumber(bytes / 1e6)} MB`, figure(p.outage), figure(m.outage), `1 : ${figure(m.outage / p.outage)}`, figure(p.all), figure(m.all)]);
      }
    } finally {
      await database.destroy();
    }
    return table(['seconds for a database of', 'without API: the program', 'by hand', 'ratio', 'until all serve: the program', 'by hand'], rows);
  } finally {
    await cluster.destroy();
  }
}

async function timed(label: string, nodes: NodeAccess[], procedure: Procedure, run: string): Promise<Timing> {
  const stops = await Promise.all(nodes.map((node) => watch(node)));
  await sleep(2000);
  const started = Date.now() / 1000;
  await procedure(nodes, run);
  await settled(nodes);
  const watched = await Promise.all(stops.map((stop) => stop()));
  const timing = timingOf(watched, started);
  process.stderr.write(`bench: ${label} ${run}: ${timing.outage.toFixed(1)} s without API, ${timing.all.toFixed(1)} s until all served\n`);
  // The data that was set aside isn't needed here, and its space is.
  await Promise.all(nodes.map((node) => node.shell('rm -rf /var/lib/etcd/before-*')));
  return timing;
}

/** Waits until every API server and every member has served for ten seconds. */
async function settled(nodes: NodeAccess[]): Promise<void> {
  const served = `
    calm=0
    while [ "$calm" -lt 10 ]; do
      if [ "$(curl -sk -m 1 https://127.0.0.1:6443/readyz)" = ok ] && curl -s -m 1 http://127.0.0.1:2381/metrics | grep -q '^etcd_server_is_learner 0'; then
        calm=$((calm + 1))
      else
        calm=0
      fi
      sleep 1
    done`;
  await Promise.all(nodes.map((node) => node.run(['sh', '-c', served], { timeoutSeconds: 900 })));
}

function timingOf(watched: Watched[], started: number): Timing {
  const api = (at: number) => watched.some(({ looks }) => looks.filter((look) => look.at <= at).at(-1)?.api);
  // The times of all nodes' looks, in order. The outage is from the first at which no API server was ready to the next at which one was.
  const times = watched.flatMap(({ looks }) => looks.map(({ at }) => at)).filter((at) => at >= started).sort((a, b) => a - b);
  const gone = times.find((at) => !api(at));
  if (gone === undefined) throw new Error('the API servers were never away: nothing was restored');
  const back = times.find((at) => at > gone && api(at));
  const all = watched.map((one) => sinceWhen(one, (look) => look.api && look.member));
  if (back === undefined || all.some((since) => since === undefined)) throw new Error('not everything served again');
  return { outage: back - gone, all: Math.max(...all.map((since) => since!)) - started };
}

function medians(timings: Timing[]): Timing {
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return { outage: median(timings.map(({ outage }) => outage)), all: median(timings.map(({ all }) => all)) };
}
