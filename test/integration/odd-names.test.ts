import { existsSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubReplacementDrill } from '../support/drill/replacement-drill';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** Where a name would write if a shell took it for a command. */
const PROOF = 'ran-as-root';

interface OddName {
  readonly name: string;
  readonly refused: RegExp;
}

const CHARACTERS = /^etcd's name is .*, with characters that none should have/;
const ONLY_THERE = /the variable \$\(touch .*\) is known only in the container/;

describeWithTools('a member whose name is no name', [toolchain.etcd36, toolchain.busybox], () => asRoot('a member whose name is no name', () => {
  /** All that runs on a machine, by process ids. */
  const running = (machine: StubMachine) => machine.host.run(['sh', '-c', 'pidof etcd kube-apiserver || :']);

  /** Has etcd run under that name, and lets persons restore it and replace it. */
  async function expectRefusals(drill: StubReplacementDrill, { name, refused }: OddName): Promise<void> {
    const [machine] = drill.members;
    await until('etcd runs under its new name', async () => (await drill.cluster.etcdctl(machine, 'member', 'list', '--write-out=json')).includes(JSON.stringify(name).slice(1, -1)), 60);
    await drill.cluster.waitUntilReady();
    const before = { state: machine.state, running: await running(machine) };
    expect(before.running).toMatch(/^\d/);
    for (const run of [
      drill.type(machine, ['--id', 'replaced', '--via', machine.clientUrl]),
      drill.typeTo('restore.sh', machine, ['--latest', '--id', 'restored', '--members', `cp1=${machine.clientUrl}`]),
    ]) {
      const { status, message } = await run.summary();
      expect(`${status} ${message}`).toMatch(new RegExp(`^2 .*${refused.source.replace(/^\^/, '')}`));
    }
    expect({ state: machine.state, running: await running(machine) }).toEqual(before);
    expect(machine.operationIds).toEqual([]);
    expect(existsSync(join(machine.props.folder, PROOF))).toBe(false);
  }

  const touch = (machine: StubMachine) => `$(touch ${join(machine.props.folder, PROOF)})`;

  test('a static pod\'s: nothing is stopped, and no shell runs it', () => StubReplacementDrill.with({ members: 1 }, async (drill) => {
    const [machine] = drill.members;
    const file = join(machine.manifests, 'etcd.yaml');
    const text = readFileSync(file, 'utf8');
    for (const odd of [
      { name: touch(machine), refused: ONLY_THERE },
      { name: 'it\'s "cp1"', refused: CHARACTERS },
      { name: 'cp1 cp2', refused: CHARACTERS },
      { name: 'cp1\n--data-dir=/elsewhere', refused: /has an escape that is not understood/ },
    ]) {
      const word = (flag: string) => `- ${JSON.stringify(`--${flag}`)}`;
      writeFileSync(file, text
        .replace(/- --name=.*/, () => word(`name=${odd.name}`))
        .replace(/- --initial-cluster=.*/, () => word(`initial-cluster=${odd.name}=${machine.peerUrl}`)), { mode: 0o600 });
      await expectRefusals(drill, odd);
    }
  }));

  test('a unit\'s: nothing is stopped, and no shell runs it', () => StubReplacementDrill.with({ members: 1, runs: 'unit', api: 'apart' }, async (drill) => {
    const [machine] = drill.members;
    const file = join(machine.units, 'etcd.service');
    const text = readFileSync(file, 'utf8');
    for (const name of ['$(id)', 'cp1"cp2']) {
      writeFileSync(file, text.replace('ETCD_NAME=cp1', () => `ETCD_NAME=${name}`).replace(/ETCD_INITIAL_CLUSTER=\S+/, () => `ETCD_INITIAL_CLUSTER=${name}=${machine.peerUrl}`));
      await machine.host.run(['systemctl', 'daemon-reload']);
      await machine.host.run(['systemctl', 'restart', 'etcd.service']);
      await expectRefusals(drill, { name, refused: CHARACTERS });
    }
  }));
}));
