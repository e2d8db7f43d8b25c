import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { EtcdClient } from '../support/etcd/etcd-client';
import { asRoot } from '../support/pod/as-root';
import { makeStrangersEtcd } from '../support/strangers-etcd';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('what runs is the truth about a machine', [toolchain.etcd35, toolchain.etcd36, toolchain.busybox], () => asRoot('what runs is the truth about a machine', () => {
  test.concurrent('one blank behind a flag of the API server, on every machine: it is stopped all the same', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    for (const machine of drill.machines) await drill.edit(machine, 'kube-apiserver', (text) => text.replace(/(--secure-port=\d+)/, '$1 '));
    await drill.renew();
    drill.start('blank', { failpoints: { cp1: 'decide:hold' } });
    await drill.holds('blank', drill.machines[0], 'decide');
    expect(drill.machines.map((machine) => machine.running['kube-apiserver'])).toEqual([0, 0, 0]);
    drill.machines[0].record('blank').pass('decide');
    expect(await drill.faultsOfRestored('blank')).toEqual([]);
  }));

  /** Has the kubelet start etcd behind mounts of its own, as a container's are. DATA stands for its data folder, ELSE for another one. */
  const startBehind = async (drill: StubRestoreDrill, mounts: string) => {
    const [machine] = drill.machines;
    const image = join(drill.cluster.folder, 'images', 'etcd');
    const elsewhere = join(machine.props.folder, 'elsewhere');
    cpSync(machine.dataDir, elsewhere, { recursive: true });
    chmodSync(elsewhere, 0o700);
    // The real program, in a folder of its own: its process has to be called etcd.
    const real = join(drill.cluster.folder, 'real', 'etcd');
    mkdirSync(dirname(real));
    renameSync(image, real);
    const commands = mounts.replaceAll('DATA', machine.dataDir).replaceAll('ELSE', elsewhere);
    writeFileSync(image, `#!/bin/sh\nexec unshare --mount --propagation private sh -c '${commands} && exec "${real}" "$@"' sh "$@"\n`, { mode: 0o755 });
    const before = machine.running.etcd;
    await machine.crashEtcd();
    await until('etcd runs again', () => machine.running.etcd !== 0 && machine.running.etcd !== before, 60);
    await drill.cluster.waitUntilReady();
    return elsewhere;
  };

  test.concurrent('an etcd with another folder at the same path is refused, and nothing is stopped', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const elsewhere = await startBehind(drill, 'mount --bind "ELSE" "DATA"');
    const before = drill.running;
    expect(await drill.startOn(machine, 'behind', {}).summary()).toMatchObject({
      status: 2, message: `the etcd that runs (process ${before[0].etcd}) has another folder at ${machine.dataDir} than ${machine.dataDir}`,
    });
    expect(drill.running).toEqual(before);
    expect(readdirSync(elsewhere)).toEqual(['member']);
    expect(readdirSync(machine.dataDir)).toEqual(['member']);
  }));

  test.concurrent('an etcd that has a mount below its data folder is refused, and nothing is stopped', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    await startBehind(drill, 'mount --bind "DATA/member/wal" "DATA/member/wal"');
    const before = drill.running;
    expect(await drill.startOn(machine, 'below', {}).summary()).toMatchObject({
      status: 2, message: `etcd has mounts below its data folder, which can't be swapped: ${machine.dataDir}/member/wal`,
    });
    expect(drill.running).toEqual(before);
    expect(readdirSync(machine.dataDir)).toEqual(['member']);
  }));

  test.concurrent('a mount below the data folder of an etcd that does not run is refused, and nothing is stopped', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    machine.kubelet.stop();
    await machine.crashEtcd();
    await until('etcd has ended', () => machine.running.etcd === 0, 20);
    await machine.host.run(['mount', '--bind', join(machine.dataDir, 'member', 'wal'), join(machine.dataDir, 'member', 'wal')]);
    const before = drill.running;
    expect(await drill.startOn(machine, 'mounted', { everywhere: ['--members', drill.cluster.membersByUrl] }).summary()).toMatchObject({
      status: 1, message: `something is mounted below etcd's data folder, which can't be renamed: ${machine.dataDir}/member/wal: nothing was stopped`,
    });
    expect(drill.running).toEqual(before);
    expect(readdirSync(machine.dataDir)).toEqual(['member']);
    await machine.host.run(['umount', join(machine.dataDir, 'member', 'wal')]);
    machine.kubelet.start();
  }));

  test.concurrent('an API server that no manifest here has started is not overlooked', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    machine.kubelet.stop();
    const file = join(machine.manifests, 'kube-apiserver.yaml');
    renameSync(file, `${machine.props.folder}/aside.yaml`);
    expect(await drill.startOn(machine, 'hidden', { everywhere: ['--with', 'cp1'] }).summary()).toMatchObject({
      status: 2, message: expect.stringMatching(/a kube-apiserver runs on this machine \(process \d+\) that is not of a /),
    });
    renameSync(`${machine.props.folder}/aside.yaml`, file);
    machine.kubelet.start();
  }));

  test.concurrent('a port that somebody else serves is not taken for the API server\'s', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const file = join(machine.manifests, 'kube-apiserver.yaml');
    const text = readFileSync(file, 'utf8');
    rmSync(file);
    await until('the API server has ended', () => machine.running['kube-apiserver'] === 0, 60);
    const server = machine.host.start({ command: [process.execPath, '-e', `require("net").createServer().listen(${machine.props.apiPort}, "127.0.0.1")`] });
    await until('somebody listens there', async () => (await machine.host.run(['sh', '-c', 'ss -ltn'])).includes(`:${machine.props.apiPort} `), 20);
    machine.kubelet.stop();
    writeFileSync(file, text, { mode: 0o600 });
    expect(await drill.startOn(machine, 'taken', {}).summary()).toMatchObject({ status: 2, message: expect.stringMatching(/something serves at 0\.0\.0\.0:\d+ on this machine that is not kube-apiserver/) });
    await server.signal('SIGKILL');
    machine.kubelet.start();
  }));

  test.concurrent.each(['busybox', 'dash'] as const)('nobody\'s program that is called etcd is neither run nor believed (%s)', (shell) => StubRestoreDrill.with({ shell }, async (drill) => {
    const [machine] = drill.machines;
    const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-nobody-'));
    const proof = join(folder, 'proof');
    chmodSync(folder, 0o755);
    makeStrangersEtcd(join(folder, 'etcd'), proof);
    // Any user can choose the name and the arguments of a process.
    const command = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', join(folder, 'etcd'), '--idle', `--data-dir=${machine.dataDir}`];
    const stranger = machine.host.start({ command });
    expect(await drill.startOn(machine, 'look', { args: ['--dry-run'] }).summary()).toMatchObject({ status: 0, outcome: 'dry-run' });
    expect(existsSync(proof)).toBe(false);
    drill.start('real');
    expect(await drill.faultsOfRestored('real')).toEqual([]);
    expect(stranger.running).toBe(true);
    await stranger.signal('SIGKILL');
    rmSync(folder, { recursive: true });
  }));

  test.concurrent('another etcd of root\'s with the same --data-dir in its own container, as of a network plugin, goes on', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const other = join(machine.props.folder, 'plugin');
    mkdirSync(other, { mode: 0o700 });
    const [client, peer] = [22379, 22380].map((port) => `http://${machine.props.address}:${port}`);
    const etcd = [
      join(drill.cluster.folder, 'images', 'etcd'), '--name=plugin', `--data-dir=${machine.dataDir}`, `--listen-client-urls=${client}`, `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=plugin=${peer}`,
    ].join(' ');
    const plugin = machine.host.start({ command: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', `mount --bind ${other} ${machine.dataDir} && exec ${etcd}`] });
    const said = new EtcdClient(client);
    await until('it serves', () => said.put('route', '1').then(() => true, () => false), 30);
    drill.start('beside');
    expect(await drill.faultsOfRestored('beside')).toEqual([]);
    expect(plugin.running).toBe(true);
    expect((await said.get('route'))?.value).toBe('1');
    await plugin.signal('SIGKILL');
  }));

  test.concurrent('a write-ahead log apart, told by a variable of the pod, is refused', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    // Without its log etcd does not come up again: the manifest is all that there is to read.
    await machine.powerOff();
    const file = join(machine.manifests, 'etcd.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('    image:', `    env:\n    - name: ETCD_WAL_DIR\n      value: ${machine.dataDir}/wal-apart\n    image:`), { mode: 0o600 });
    await machine.powerOn();
    machine.kubelet.stop();
    await machine.crashEtcd();
    await until('etcd has ended', () => machine.running.etcd === 0, 20);
    const before = drill.running;
    const told = await drill.startOn(machine, 'wal', { everywhere: ['--members', drill.cluster.membersByUrl] }).summary();
    expect(told).toMatchObject({ status: 1, message: expect.stringContaining(`--wal-dir ${machine.dataDir}/wal-apart`) });
    expect(drill.running).toEqual(before);
    // With its log it serves what it has served before.
    writeFileSync(file, text, { mode: 0o600 });
    rmSync(join(machine.dataDir, 'wal-apart'), { recursive: true, force: true });
    machine.kubelet.start();
  }));
}));
