import { existsSync, statSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { StubProcess } from '../support/stub/host';
import { StubMachine } from '../support/stub/machine';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** The program tries 120 times to end a process, a second apart: a loaded machine takes longer. */
const NET_SECONDS = 480;

/** Somebody else's program on a port, of this user's number. */
async function listen(machine: StubMachine, place: string, user: number): Promise<StubProcess> {
  const [address, port] = place.split(':');
  const listens = `require("net").createServer().listen(${port}, "${address}", () => console.log("listens"))`;
  const server = machine.host.start({ command: ['setpriv', '--reuid', `${user}`, '--regid', `${user}`, '--clear-groups', process.execPath, '-e', listens] });
  await new Promise<void>((resolve, reject) => {
    server.output.once('data', () => resolve());
    void server.ended.then((status) => reject(new Error(`nothing listens at ${place}: ${status}`)));
  });
  return server;
}

/** A process that something starts again as soon as it ends. */
function keepAlive(machine: StubMachine, command: readonly string[]): StubProcess {
  return machine.host.start({ command: ['sh', '-c', 'while :; do "$@"; done', 'sh', ...command], logFile: join(machine.logs, 'kept-alive.log') });
}

/** Ends what `keepAlive` has started, the process last. */
async function letDie(machine: StubMachine, keeper: StubProcess, name: string): Promise<void> {
  await keeper.signal('SIGKILL');
  await machine.host.run(['sh', '-c', 'kill -9 $(pidof "$1") 2>/dev/null || :', 'sh', name]);
}

const inodeOf = (machine: StubMachine) => statSync(join(machine.dataDir, 'member')).ino;

describeWithTools('what can\'t be ended', [toolchain.etcd36, toolchain.busybox], () => asRoot('what can\'t be ended', () => {
  test.concurrent.each([['root', 0], ['another user', 65534]])('a program of %s on the API server\'s port: nothing is swapped, and all is as before', (_, user) => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const before = { etcd: machine.running.etcd, data: inodeOf(machine) };
    drill.start('kept', { failpoints: { cp1: 'stopping-kube-apiserver:hold' } });
    await drill.holds('kept', machine, 'stopping-kube-apiserver');
    await machine.kubelet.processOf('kube-apiserver')!.signal('SIGKILL');
    await until('the API server has ended', () => machine.running['kube-apiserver'] === 0, 20);
    const stranger = await listen(machine, `127.0.0.1:${machine.props.apiPort}`, user);
    const record = machine.record('kept');
    record.pass('stopping-kube-apiserver');
    await until('it goes back', () => record.log.includes('put-back: begins'), NET_SECONDS);
    expect(record.fact('quiesced-sent')).toBeUndefined();
    expect(stranger.running).toBe(true);
    await stranger.signal('SIGKILL');
    const [{ message }] = await drill.ended('kept');
    expect(message).toMatch(/^something serves at 0\.0\.0\.0:\d+ on this machine that is not kube-apiserver as \S+ has it: /);
    expect(message).toMatch(/: the old cluster serves as before$/);
    expect(await drill.faultsOfReturn('kept')).toEqual([]);
    expect({ etcd: machine.running.etcd, data: inodeOf(machine) }).toEqual(before);
  }));

  test.concurrent('an API server that is started again at once: nothing is swapped, and all is as before', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [, follower] = drill.machines;
    const before = drill.machines.map((machine) => ({ etcd: machine.running.etcd, data: inodeOf(machine) }));
    drill.start('alive', { failpoints: { cp2: 'stopping-kube-apiserver:hold' } });
    await drill.holds('alive', follower, 'stopping-kube-apiserver');
    // Of the same settings; it has only to run.
    const [program] = follower.props.images['kube-apiserver'];
    const idle = join(drill.cluster.folder, 'images', 'idle.js');
    const keeper = keepAlive(follower, [program, idle, `--secure-port=${follower.props.apiPort}`]);
    const record = follower.record('alive');
    record.pass('stopping-kube-apiserver');
    await until('it goes back', () => record.log.includes('put-back: begins'), NET_SECONDS);
    expect(record.fact('quiesced-sent')).toBeUndefined();
    await letDie(follower, keeper, 'kube-apiserver');
    const [, { message }] = await drill.ended('alive');
    expect(message).toMatch(/^the process of kube-apiserver did not end: the old cluster serves as before$/);
    expect(await drill.faultsOfReturn('alive')).toEqual([]);
    expect(drill.machines.map((machine) => ({ etcd: machine.running.etcd, data: inodeOf(machine) }))).toEqual(before);
  }));

  test.concurrent('a program on etcd\'s port before the swap: the data stays where it is until that one has ended', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const data = inodeOf(machine);
    drill.start('port', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('port', machine, 'swap');
    const stranger = await listen(machine, new URL(machine.endpoint).host, 65534);
    const record = machine.record('port');
    record.pass('swap');
    const inTheWay = /etcd is not stopped yet: something serves at 127\.\S+ on this machine that is not etcd as \S+ has it/;
    await until('it says what is in the way', () => inTheWay.test(record.log), NET_SECONDS);
    expect({ data: inodeOf(machine), aside: existsSync(join(machine.dataDir, 'before-port')) }).toEqual({ data, aside: false });
    expect(machine.running).toEqual({ 'etcd': 0, 'kube-apiserver': 0 });
    await stranger.signal('SIGKILL');
    expect(await drill.faultsOfRestored('port')).toEqual([]);
    expect(statSync(join(machine.dataDir, 'before-port', 'member')).ino).toBe(data);
  }));

  test.concurrent('an etcd that is started again at once before the swap: the data stays where it is until that one has ended', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder] = drill.machines;
    const data = inodeOf(holder);
    drill.start('again', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('again', holder, 'swap');
    const keeper = keepAlive(holder, [...holder.props.images.etcd, ...holder.etcdArguments().map((argument) => `--${argument}`)]);
    await until('it serves', () => holder.client.healthy(), 60);
    const record = holder.record('again');
    record.pass('swap');
    await until('it says what is in the way', () => record.log.includes('etcd is not stopped yet: the process of etcd did not end'), NET_SECONDS);
    expect({ data: inodeOf(holder), aside: existsSync(join(holder.dataDir, 'before-again')) }).toEqual({ data, aside: false });
    await letDie(holder, keeper, 'etcd');
    expect(await drill.faultsOfRestored('again')).toEqual([]);
    expect(statSync(join(holder.dataDir, 'before-again', 'member')).ino).toBe(data);
  }));
}));
