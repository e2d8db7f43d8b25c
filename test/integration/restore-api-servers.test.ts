import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { freePorts } from '../support/etcd/loopback';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const STRANGER = 'an API server writes into this etcd, and takes no part in this restore';

describeWithTools('API servers that write where they should not', [toolchain.etcd36, toolchain.busybox], () => asRoot('API servers that write where they should not', () => {
  test.concurrent('one that is put back while it must not write yet is ended again', () => StubRestoreDrill.with({ members: 3, api: 'all' }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('put-back', { failpoints: { cp2: 'stop-etcd:hold', cp3: 'stop-etcd:hold' } });
    for (const machine of others) await drill.holds('put-back', machine, 'stop-etcd');
    const record = holder.record('put-back');
    await until('it waits', () => record.log.includes('has stopped serving the old data'), 90);
    cpSync(join(record.folder, 'record', 'manifests', 'kube-apiserver.yaml'), join(holder.manifests, 'kube-apiserver.yaml'));
    await until('it is seen', () => record.log.includes('somebody has started kube-apiserver again: ending it'), 60);
    await until('it is ended', () => holder.running['kube-apiserver'] === 0, 60);
    const ended = process.hrtime.bigint();
    for (const machine of others) machine.record('put-back').pass('stop-etcd');
    expect((await drill.ended('put-back')).map(({ outcome }) => outcome)).toEqual(['restored', 'restored', 'restored']);
    await drill.cluster.waitUntilReady();
    expect(drill.judge.writes.filter(({ clusterId, sent }) => clusterId === drill.beginning.clusterId && sent > ended)).toEqual([]);
    // Until it was ended it wrote wherever etcd answered.
    drill.end = { caused: /^cp1 wrote revision \d+ to \d+ after the restored cluster had taken writes$/ };
  }));

  test.concurrent('one of a machine that nobody has named: nothing is stopped', () => StubRestoreDrill.with({ members: 3, runs: 'unit', api: 'apart' }, async (drill) => {
    const known = drill.machines.find(({ name }) => name === 'api1')!;
    const [apiPort] = await freePorts(1);
    const unknown = new StubMachine({ ...known.props, name: 'api2', address: '127.0.0.10', folder: join(drill.cluster.folder, 'api2'), apiPort });
    await unknown.powerOn();
    try {
      await until('it writes', () => unknown.apiReady(), 60);
      const before = drill.running;
      drill.start('forgotten');
      const results = await drill.ended('forgotten');
      expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'aborted'));
      expect(results[0]).toMatchObject({ message: `${STRANGER}: at 127.0.0.10: nothing was stopped`, fix: expect.stringContaining('--with') });
      expect(drill.running).toEqual(before);
    } finally {
      await unknown.powerOff();
    }
  }));

  test.concurrent('one beside a member that is lost, whose machine is up', () => StubRestoreDrill.with({ members: 3, runs: 'unit', api: 'all' }, async (drill) => {
    const [first, second, lost] = drill.machines;
    await lost.systemd.stop('etcd.service');
    rmSync(join(lost.dataDir, 'member'), { recursive: true });
    drill.start('lost', { machines: [first, second], everywhere: ['--lost', 'cp3'] });
    const results = await drill.ended('lost', { machines: [first, second] });
    expect(results[0]).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining(`${STRANGER}: at ${lost.props.address}`) });
    // Stopped there, it is no obstacle any more.
    await lost.powerOff();
    drill.start('again', { machines: [first, second], everywhere: ['--lost', 'cp3'] });
    expect(await drill.faultsOfRestored('again', [first, second])).toEqual([]);
  }));

  test.concurrent('members that are named as lost, and serve behind a closed port: the quorum says so', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine, ...others] = drill.machines;
    // Only new connections of clients fail. Their API servers are stopped, so that no lease tells.
    for (const other of others) renameSync(join(other.manifests, 'kube-apiserver.yaml'), join(other.props.folder, 'kube-apiserver.yaml'));
    const hosts = readFileSync(machine.props.hosts, 'utf8');
    writeFileSync(machine.props.hosts, hosts.replace(/^\S+ (cp[23])$/gm, 'fe80::1 $1'));
    try {
      const before = machine.running;
      const run = drill.startOn(machine, 'behind', { everywhere: ['--members', drill.cluster.membersByUrl, '--lost', 'cp2 cp3'] });
      expect(await run.summary()).toMatchObject({
        status: 1, outcome: 'aborted', message: expect.stringMatching(/^etcd here has a quorum of its 3 members, and could not have it without those .*: cp2 cp3\./),
      });
      expect(machine.running).toEqual(before);
    } finally {
      writeFileSync(machine.props.hosts, hosts);
      for (const other of others) renameSync(join(other.props.folder, 'kube-apiserver.yaml'), join(other.manifests, 'kube-apiserver.yaml'));
    }
  }));

  test.concurrent('a dry run names all that write', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder] = drill.machines;
    await drill.startOn(holder, 'look', { args: ['--dry-run'] }).summary();
    const log = readFileSync(join(holder.record('look.dry-run').folder, 'log'), 'utf8');
    const addresses = drill.machines.map(({ props: { address } }) => address).sort();
    expect(log).toContain(`these API servers write into this etcd, and each of their machines has to take part: ${addresses.join(' ')}`);
  }));
}));
