import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { modeOf } from '../support/pod/mode-of';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('the record of a restore', [toolchain.etcd36, toolchain.busybox], () => asRoot('the record of a restore', () => {
  let drill: StubRestoreDrill;

  beforeAll(async () => { drill = await StubRestoreDrill.begin({}); });
  afterAll(() => drill?.cluster.destroy());

  /** Begins and ends at once: there is no such backup. */
  const shortRun = (id: string) => drill.type(drill.machines[0], ['--at', '20200101T000000Z-r1', '--id', id]).summary();

  test('is root\'s alone, and says how it ended', async () => {
    const [machine] = drill.machines;
    expect(await shortRun('short')).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining('20200101T000000Z-r1') });
    const { folder, log, result } = machine.record('short');
    for (const path of [dirname(machine.operations), machine.operations, folder, join(folder, 'program'), join(folder, 'record')]) {
      expect(`${path} ${modeOf(path)}`).toBe(`${path} 700`);
    }
    const open = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => !lstatSync(join(folder, name)).mode.toString(8).endsWith('00'));
    expect(open).toEqual([]);
    // The large files are gone; those that tell what happened are kept.
    expect(readdirSync(folder).sort()).toEqual(['inputs', 'log', 'program', 'record', 'result', 'start', 'status', 'unit']);
    expect(result).toMatchObject({ status: 1, outcome: 'aborted', machine: 'cp1' });
    expect(log).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ check: begins\n/);
    expect(machine.leftovers).toEqual([]);
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);

    const status = drill.type(machine, ['--status', 'short']);
    expect(await status.summary()).toMatchObject({ outcome: 'aborted', message: result!.message });
    expect(status.output).toContain('verify: begins');
    expect(await drill.type(machine, ['--status', 'unheard-of']).summary()).toMatchObject({ status: 1, message: 'there is no operation unheard-of on this host' });
  });

  test('that was interrupted before its unit was there goes on when the same is typed again', async () => {
    const [machine] = drill.machines;
    const systemctl = join(machine.props.folder, 'sbin', 'systemctl');
    renameSync(systemctl, `${systemctl}.away`);
    writeFileSync(systemctl, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    try {
      expect(await shortRun('interrupted')).toMatchObject({ status: 1, outcome: 'failed', message: expect.stringContaining('can\'t start the unit') });
    } finally {
      renameSync(`${systemctl}.away`, systemctl);
    }
    expect(machine.record('interrupted').result).toBeUndefined();
    const status = drill.type(machine, ['--status', 'interrupted']);
    await status.ended;
    expect(status.output).toMatch(/: at step check, and its unit does not run: .* type the same again, with --id interrupted\n$/);
    expect(await shortRun('interrupted')).toMatchObject({ status: 1, outcome: 'aborted' });
    expect(machine.leftovers).toEqual([]);
  });

  test('stays while it is one of the newest twenty; what has not ended stays', async () => {
    const [machine] = drill.machines;
    await shortRun('newest');
    const plant = (id: string, hour: number, result: boolean) => {
      const folder = machine.record(id).folder;
      mkdirSync(folder, { mode: 0o700 });
      if (result) writeFileSync(join(folder, 'result'), '{}');
      utimesSync(folder, new Date(2020, 0, 1, hour), new Date(2020, 0, 1, hour));
    };
    for (let hour = 1; hour <= 23; hour++) plant(`ended-${String(hour).padStart(2, '0')}`, hour, true);
    // It has the only copy of something.
    plant('needed', 0, true);
    const { folder } = machine.record('needed');
    mkdirSync(join(folder, 'record', 'manifests'), { recursive: true });
    writeFileSync(join(folder, 'record', 'manifests', 'etcd.yaml'), 'precious');
    writeFileSync(join(folder, 'record', 'needed'), `${folder}/record/manifests/etcd.yaml\n`);
    utimesSync(folder, new Date(2020, 0, 1), new Date(2020, 0, 1));
    // Another one that isn't a dry run would be in the way.
    plant('under-way.dry-run', 0, false);
    await shortRun('last');
    const kept = machine.operationIds;
    expect(kept).toContain('under-way.dry-run');
    expect(readFileSync(join(folder, 'record', 'manifests', 'etcd.yaml'), 'utf8')).toBe('precious');
    expect(kept.filter((id) => id !== 'needed' && machine.record(id).result)).toHaveLength(20);
    expect(kept).toEqual(expect.arrayContaining(['last', 'newest', 'ended-23']));
    expect(kept).not.toContain('ended-01');
  });

  describe('whose place is taken', () => {
    const elsewhere = () => join(drill.cluster.folder, 'elsewhere');
    const state = () => dirname(drill.machines[0].operations);

    beforeEach(() => {
      rmSync(state(), { recursive: true, force: true });
      mkdirSync(elsewhere(), { recursive: true });
      writeFileSync(join(elsewhere(), 'precious'), 'mine');
    });
    afterEach(() => {
      const left = readdirSync(elsewhere()).map((name) => [name, readFileSync(join(elsewhere(), name), 'utf8')]);
      rmSync(state(), { recursive: true, force: true });
      rmSync(elsewhere(), { recursive: true });
      expect(left).toEqual([['precious', 'mine']]);
    });

    test.each<[string, (operations: string, folder: string) => void]>([
      ['a link in place of the folder of all records', (operations) => {
        mkdirSync(dirname(operations));
        symlinkSync(elsewhere(), operations);
      }],
      ['a link in place of the folder above it', (operations) => symlinkSync(elsewhere(), dirname(operations))],
      ['a link in place of the restore\'s own', (operations, folder) => {
        mkdirSync(operations, { recursive: true });
        symlinkSync(elsewhere(), folder);
      }],
      ['a file in place of the restore\'s own', (operations, folder) => {
        mkdirSync(operations, { recursive: true });
        writeFileSync(folder, 'not a folder');
      }],
    ])('by %s: refused, what is there stays, and nothing is stopped', async (_, plant) => {
      const [machine] = drill.machines;
      plant(machine.operations, machine.record('planted').folder);
      const before = machine.running;
      const told = await shortRun('planted');
      expect(told).toMatchObject({ status: 2, outcome: 'failed', message: expect.stringMatching(/is a link or does not belong to root|is not a folder/), fix: expect.stringContaining('remove it') });
      expect(machine.running).toEqual(before);
      expect(machine.leftovers).toEqual([]);
    });
  });
}));
