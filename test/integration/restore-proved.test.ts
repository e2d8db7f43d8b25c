import { mkdirSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('the end of a restore is proved', [toolchain.etcd36, toolchain.busybox], () => asRoot('the end of a restore is proved', () => {
  test.concurrent('an etcd that serves other data than what was put in place: it goes back, and says what serves', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const image = join(drill.cluster.folder, 'images', 'etcd');
    const other = join(machine.props.folder, 'other');
    drill.start('elsewhere', { failpoints: { cp1: 'start-etcd:hold' } });
    await drill.holds('elsewhere', machine, 'start-etcd');
    // The same command and the same paths, and another folder behind them.
    renameSync(image, `${image}.right`);
    mkdirSync(other, { mode: 0o700 });
    writeFileSync(image, `#!/bin/sh\nexec unshare --mount --propagation private sh -c 'mount --bind "${other}" "${machine.dataDir}" && exec "${image}.right" "$@"' sh "$@"\n`, { mode: 0o755 });
    machine.record('elsewhere').pass('start-etcd');
    await until('it goes back', () => machine.record('elsewhere').log.includes('put-back: begins'), 120);
    rmSync(image);
    renameSync(`${image}.right`, image);
    await machine.crashEtcd();
    const [told] = await drill.ended('elsewhere');
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringMatching(/etcd on cp1 serves the cluster \d+, and not \d+/) });
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('what was proved is told, with the cluster\'s id', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const runs = drill.start('told');
    expect(await drill.faultsOfRestored('told')).toEqual([]);
    const { clusterId } = await drill.cluster.seenBy(drill.machines[2]);
    for (const machine of drill.machines) {
      const { message } = await runs.get(machine.name)!.summary();
      expect(message).toContain(`Proved: cluster ${clusterId}, open in ${machine.dataDir}, the API server's own lease renewed in it, read through the API at 1000000`);
    }
  }));

  test.concurrent('where nobody may ask the API server, its lease in etcd has to do', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    rmSync(join(machine.props.folder, 'controller-manager.conf'));
    const run = drill.start('lease').get('cp1')!;
    expect(await drill.faultsOfRestored('lease')).toEqual([]);
    expect((await run.summary()).message).toMatch(/the API server's own lease renewed in it: |the API server's own lease renewed in it$/);
  }));

  test.concurrent('an API server that writes elsewhere is not called restored', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const run = drill.startOn(machine, 'apart', { env: { FINISH_TIMEOUT: '3' }, failpoints: { cp1: 'finish:hold' } });
    await drill.holds('apart', machine, 'finish');
    // It serves its port and is ready, and writes where nobody looks.
    await drill.edit(machine, 'kube-apiserver', (text) => text.replace('    - --secure-port', '    - --etcd-prefix=/elsewhere\n    - --secure-port'));
    await machine.client.delete(`/registry/masterleases/${machine.props.address}`);
    machine.record('apart').pass('finish');
    expect(await run.summary()).toMatchObject({ status: 1, outcome: 'unproved', message: expect.stringContaining('has not renewed its lease in the restored cluster yet') });
    // What etcd serves is what was restored all the same.
    drill.end = { restored: 'apart', machines: [machine] };
  }));

  test.concurrent('the key that only the restored data has is looked for before the mark', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('key', { failpoints: { cp1: 'prove:hold' } });
    await drill.holds('key', machine, 'prove');
    await machine.client.delete('/cdk8s-day2/restore/key/cp1/proof');
    machine.record('key').pass('prove');
    const [told] = await drill.ended('key');
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining('the key that was written into the restored data is not in the etcd on cp1') });
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));
}));
