import { cpSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { PersonsRun } from '../support/drill/persons-run';
import { StubRestoreDrill, StubRestoreOrder } from '../support/drill/restore-drill';
import { freePorts } from '../support/etcd/loopback';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const PATIENCE = { env: { FINISH_TIMEOUT: '20' } };

/** An etcd on a copy of what a member had before a restore. It serves the old cluster, alone. */
async function serveOldData({ cluster, beginning }: StubRestoreDrill, machine: StubMachine, id: string): Promise<string> {
  const data = join(machine.props.folder, 'old');
  cpSync(join(machine.dataDir, `before-${id}`, 'member'), join(data, 'member'), { recursive: true });
  const { address } = machine.props;
  const [client, peer] = await freePorts(2);
  const url = `https://${machine.name}:${client}`;
  machine.host.start({
    command: [cluster.etcd.path('etcd'), ...machine.etcdArguments().map((argument) => `--${argument}`), '--force-new-cluster', `--data-dir=${data}`,
      `--listen-client-urls=https://${address}:${client}`, `--advertise-client-urls=${url}`, `--listen-peer-urls=https://${address}:${peer}`],
    logFile: join(machine.logs, 'old.log'),
  });
  const seen = () => cluster.etcdctl(machine, `--endpoints=https://${address}:${client}`, 'get', '/', '--write-out=json');
  await until('the old data is served', async () => (await seen()).includes(`"cluster_id":${beginning.clusterId},`), 60);
  return url;
}

/** The API server of a machine asks another etcd from now on, and has written there. */
async function pointElsewhere(drill: StubRestoreDrill, machine: StubMachine, url: string): Promise<void> {
  const began = process.hrtime.bigint();
  await drill.edit(machine, 'kube-apiserver', (text) => text.replace(/--etcd-servers=\S+/, `--etcd-servers=${url}`));
  const { judge, beginning: { clusterId } } = drill;
  const ofOld = () => judge.writes.filter((write) => write.machine === machine.name && write.clusterId === clusterId);
  await until('it writes into the old data', () => ofOld().some(({ sent }) => sent > began), 60);
}

/** Starts a restore in which one machine holds at its last step, and has little patience then. */
async function holdAtEnd(drill: StubRestoreDrill, id: string, late: StubMachine, order: StubRestoreOrder = {}) {
  drill.start(id, { ...order, machines: drill.machines.filter((machine) => machine !== late) });
  const run = drill.startOn(late, id, { ...order, ...PATIENCE, failpoints: { [late.name]: 'finish:hold' } });
  await drill.holds(id, late, 'finish', 400);
  return run;
}

/** An API server at the last step asks an etcd with the old data of one of the machines: that is said. @param restored serves what was restored. */
async function asksOldData(
  drill: StubRestoreDrill, id: string, { run, late, data, restored }: { run: PersonsRun } & Record<'late' | 'data' | 'restored', StubMachine>,
): Promise<void> {
  const { clusterId } = await drill.cluster.seenBy(restored);
  const url = await serveOldData(drill, data, id);
  await pointElsewhere(drill, late, url);
  late.record(id).pass('finish');
  const message = `: the API server on ${late.name} asks the etcd at ${url}, which serves the cluster ${drill.beginning.clusterId}, and not ${clusterId}`;
  expect(await run.summary()).toMatchObject({ status: 1, outcome: 'unproved', message: expect.stringContaining(message) });
}

/** Each test looks itself at what is where. */
const ELSEWHERE = 'one of the machines has other data on purpose';

describeWithTools('what does not serve what was restored', [toolchain.etcd34, toolchain.etcd36, toolchain.busybox], () => asRoot('what does not serve what was restored', () => {
  test.concurrent('a follower whose API server asks an etcd with the old data', () => StubRestoreDrill.with({ unjudged: ELSEWHERE, members: 3 }, async (drill) => {
    const [holder, follower, third] = drill.machines;
    const run = await holdAtEnd(drill, 'elsewhere', follower);
    await asksOldData(drill, 'elsewhere', { run, late: follower, data: follower, restored: holder });
    expect((await drill.ended('elsewhere', { machines: [holder, third] })).map(({ outcome }) => outcome)).toEqual(['restored', 'restored']);
  }));

  // Where etcd's tools can't raise revisions, the old cluster is ahead of the restored one.
  test.concurrent.each([toolchain.etcd34, toolchain.etcd36])('an API server apart that asks an etcd with the old data, and renews no lease ($title)', (etcd) => StubRestoreDrill.with({ unjudged: ELSEWHERE, runs: 'unit', api: 'apart', etcd }, async (drill) => {
    const [member, api] = drill.machines;
    await drill.edit(api, 'kube-apiserver', (text) => text.replace('    - --secure-port', '    - --endpoint-reconciler-type=none\n    - --secure-port'));
    for (let i = 0; i < 300; i++) await drill.cluster.client.put('/registry/later', String(i));
    await drill.remember();
    const run = await holdAtEnd(drill, 'apart', api);
    await asksOldData(drill, 'apart', { run, late: api, data: member, restored: member });
  }));

  test.concurrent.each<[string, (text: string, data: string, other: string) => string, RegExp]>([
    ['a folder behind the same path', (text, data, other) => text.replace(new RegExp(`path: ${data}$`, 'm'), `path: ${other}`), /: etcd on cp2 \(process \d+\) does not have \S+\/member\/snap\/db open$/],
    ['a path of its own', (text, data, other) => text.replaceAll(data, other), /: something serves at 127\.\S+ on this machine that is not etcd as \S+etcd\.yaml has it$/],
  ])('a follower whose etcd has other data: %s', (_, change, message) => StubRestoreDrill.with({ unjudged: ELSEWHERE, members: 3 }, async (drill) => {
    const [, follower] = drill.machines;
    const run = await holdAtEnd(drill, 'folder', follower);
    const other = join(follower.props.folder, 'other');
    follower.kubelet.stop();
    await follower.crashEtcd();
    await until('etcd has ended', () => follower.running.etcd === 0, 20);
    cpSync(follower.dataDir, other, { recursive: true });
    const manifest = join(follower.manifests, 'etcd.yaml');
    writeFileSync(manifest, change(readFileSync(manifest, 'utf8'), follower.dataDir, other), { mode: 0o600 });
    follower.kubelet.start();
    await until('it serves', () => follower.client.healthy(), 60);
    follower.record('folder').pass('finish');
    expect(await run.summary()).toMatchObject({ status: 1, outcome: 'unproved', message: expect.stringMatching(message) });
  }));
}));
