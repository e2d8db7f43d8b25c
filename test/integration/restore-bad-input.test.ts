import { execFileSync } from 'child_process';
import { chmodSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { ClusterPool } from '../support/drill/cluster-pool';
import { damage } from '../support/drill/damage';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

interface BadInput {
  readonly title: string;
  /** What is done to a copy of the good backup, which is then asked for. */
  readonly spoil?: (backup: string) => void;
  /** How it is asked for; by default by the copy's name. COPY stands for the copy's folder. */
  readonly args?: string[];
  readonly message: RegExp;
}

const COPY = '20210101T000000Z-r1';

const badInputs: BadInput[] = [
  { title: 'truncated', spoil: damage.truncated, message: /is damaged/ },
  { title: 'empty', spoil: damage.empty, message: /is damaged/ },
  { title: 'a link', spoil: damage.link, message: /is damaged/ },
  { title: 'a folder', spoil: damage.folder, message: /is damaged/ },
  { title: 'gone', spoil: damage.missing, message: /is damaged/ },
  { title: 'someone else\'s', spoil: damage.someoneElses, message: /snapshot\.db belongs to user 1000, and not to root: so others than root may have written / },
  { title: 'with the record of someone else', spoil: damage.recordOfSomeoneElse, message: /backup\.json belongs to user 1000/ },
  { title: 'of one wrong bit', spoil: damage.flipped, message: /SHA-256 .* does not match its content/ },
  { title: 'of another cluster', spoil: damage.foreign, message: /is a backup of the cluster billing, and this is prod/ },
  { title: 'of a newer etcd', spoil: damage.newer, message: /was written by etcd 3\.7\.0, and etcd 3\.6\.\d+ is installed, which can't read it/ },
  { title: 'of other keys', spoil: damage.otherKeys, message: /sa\.pub is not what it was when the backup was taken/ },
  { title: 'a plain copy of a database', spoil: damage.withoutChecksum, args: ['--file', 'COPY/snapshot.db'], message: /ends without a SHA-256, so it is no snapshot: it is a bare database/ },
  { title: 'a file that is truncated', spoil: damage.truncated, args: ['--file', 'COPY/snapshot.db'], message: /SHA-256 .* does not match its content/ },
  { title: 'a file that is a link', spoil: damage.link, args: ['--file', 'COPY/snapshot.db'], message: /is not a plain file/ },
  { title: 'a file of someone else', spoil: damage.someoneElses, args: ['--file', 'COPY/snapshot.db'], message: /snapshot\.db belongs to user 1000/ },
  { title: 'a file that others can write', spoil: (backup) => chmodSync(join(backup, 'snapshot.db'), 0o620), args: ['--file', 'COPY/snapshot.db'], message: /snapshot\.db can be written by others than root/ },
  { title: 'in a folder that others can write', spoil: (backup) => chmodSync(backup, 0o1777), message: /20210101T000000Z-r1 can be written by others than root/ },
  { title: 'of an unknown name', args: ['--at', '20200101T000000Z-r1'], message: /no .*backup.* 20200101T000000Z-r1|no complete backup .* is at:20200101T000000Z-r1/ },
  { title: 'older than all of them', args: ['--before', '2020-01-01T00:00:00Z'], message: /no complete backup .*2020-01-01T00:00:00Z/ },
];

describeWithTools('a restore of what is not good', [toolchain.etcd36, toolchain.busybox], () => asRoot('a restore of what is not good', () => {
  const pool = new ClusterPool(3, {});
  afterAll(() => pool.destroy());

  /** Nothing was stopped, nothing has changed, the person is told why and what to do. */
  async function expectRefused(drill: StubRestoreDrill, id: string, args: readonly string[], message: RegExp): Promise<void> {
    const [machine] = drill.machines;
    const before = machine.running;
    const told = await drill.type(machine, ['--id', id, ...args]).summary();
    expect([1, 2]).toContain(told.status);
    expect(told.message).toMatch(message);
    expect(told.fix).not.toBe('');
    expect(machine.running).toEqual(before);
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }

  /** A backup of its own to be spoiled, in the place of the last one. */
  function copyOfBackup(drill: StubRestoreDrill): string {
    const copy = join(drill.cluster.backups, COPY);
    rmSync(copy, { recursive: true, force: true });
    cpSync(join(drill.cluster.backups, drill.backup), copy, { recursive: true });
    return copy;
  }

  test.concurrent.each(badInputs)('a backup that is $title: nothing is stopped, and the reason is told', ({ title, spoil, args = ['--at', COPY], message }) =>
    pool.lend(async (drill) => {
      const copy = copyOfBackup(drill);
      spoil?.(copy);
      await expectRefused(drill, title.replace(/[^a-z]+/g, '-'), args.map((arg) => arg.replace('COPY', copy)), message);
    }));

  test.concurrent('a volume of a user who isn\'t root is as good as its user: only with a word from the person', () => pool.lend(async (drill) => {
    const { backups } = drill.cluster;
    damage.someoneElses(copyOfBackup(drill));
    // As the pods of a claim leave a backup. The kit stays root's, as root's own copy of it is.
    execFileSync('chown', ['-R', '65532:65532', join(backups, COPY)]);
    await expectRefused(drill, 'of-pods', ['--at', COPY], /belongs to user 65532, and not to root/);
    const trusted = drill.type(drill.machines[0], ['--id', 'trusted', '--at', COPY, '--dry-run', '--trust-backups']);
    expect(await trusted.summary()).toMatchObject({ status: 0, outcome: 'dry-run' });
  }));

  test.concurrent('the fix of a refusal can be followed', () => pool.lend(async (drill) => {
    const [machine] = drill.machines;
    const copy = copyOfBackup(drill);
    execFileSync('chown', ['-R', '1000', copy]);
    chmodSync(copy, 0o777);
    const told: any[] = [];
    const tryIt = async (...args: string[]) => told.push(await drill.type(machine, ['--id', 'mend', '--dry-run', ...args]).summary());
    await tryIt('--at', COPY);
    const [, copied, name] = /copy of your own: (cp -r \S+) \/root\/; sh restore\.sh --file \/root\/(\S+);/.exec(told[0].fix)!;
    execFileSync('sh', ['-c', `${copied} ${drill.cluster.folder}`]);
    await tryIt('--file', join(drill.cluster.folder, name));
    // The other fix: mend the backup in place, until the program finds nothing more.
    for (let rounds = 0; rounds < 3; rounds++) {
      await tryIt('--at', COPY);
      if (told.at(-1).status === 0) break;
      execFileSync('sh', ['-c', /for the backups alone: (.*); or add/.exec(told.at(-1).fix)![1]]);
    }
    expect(told.map(({ outcome, message }) => outcome === 'dry-run' ? outcome : message.split(':')[0].split('/').pop())).toEqual([
      `${COPY} belongs to user 1000, and not to root`, 'dry-run',
      `${COPY} belongs to user 1000, and not to root`, 'snapshot.db belongs to user 1000, and not to root', 'backup.json belongs to user 1000, and not to root',
    ]);
  }));

  test.concurrent('changed keys are accepted by one who says so', () => pool.lend(async (drill) => {
    damage.otherKeys(copyOfBackup(drill));
    const accepted = drill.type(drill.machines[0], ['--id', 'accepted', '--at', COPY, '--dry-run'], { ACCEPT_CHANGED_KEYS: '1' });
    expect(await accepted.summary()).toMatchObject({ status: 0, outcome: 'dry-run' });
  }));

  test.concurrent('a newer backup that is damaged is passed over, and that is said', () => pool.lend(async (drill) => {
    const newer = join(drill.cluster.backups, '20990101T000000Z-r1');
    renameSync(copyOfBackup(drill), newer);
    damage.truncated(newer);
    const run = drill.type(drill.machines[0], ['--id', 'newer', '--latest', '--dry-run']);
    expect(await run.summary()).toMatchObject({ status: 0, outcome: 'dry-run', message: expect.stringContaining(drill.backup) });
    expect(run.output).toContain('warning: 20990101T000000Z-r1 is newer, and damaged');
    rmSync(newer, { recursive: true });
  }));

  test.concurrent('no backups: nothing is stopped', () => pool.lend(async (drill) => {
    const { backups } = drill.cluster;
    const hidden = drill.cluster.backupNames;
    hidden.forEach((name) => renameSync(join(backups, name), join(backups, `.hidden-${name}`)));
    await expectRefused(drill, 'none', ['--latest'], /no complete backup/);
    hidden.forEach((name) => renameSync(join(backups, `.hidden-${name}`), join(backups, name)));
  }));

  test.concurrent('an id that was used for a restore: nothing is stopped', () => pool.lend(async (drill) => {
    const [machine] = drill.machines;
    await drill.cluster.client.put('/cdk8s-day2/restores/used', '{}');
    const before = machine.running;
    expect(await drill.type(machine, ['--id', 'used', '--latest']).summary()).toMatchObject({
      status: 0, outcome: 'done-before', fix: expect.stringContaining('another id'),
    });
    expect(machine.running).toEqual(before);
  }));

  test.concurrent.each([
    ['no snapshot', [], /no snapshot is chosen/],
    ['an unknown option', ['--newest'], /'--newest' is not known/],
    ['an option without its value', ['--at'], /--at stands without its value/],
    ['an option whose value was forgotten: a dry run that would have been none', ['--latest', '--lost', '--dry-run'], /--lost stands without its value/],
    ['an empty value', ['--latest', '--members', ''], /--members stands without its value/],
    ['two snapshots', ['--latest', '--at', COPY], /a snapshot is chosen twice: --latest and --at/],
    ['an id that is longer than a Job\'s may be', ['--latest', '--id', 'a'.repeat(64)], /the operation's id has 64 characters/],
    ['a bad id', ['--latest', '--id', 'Upper/Case'], /the operation's id is 'Upper\/Case'/],
    ['a holder that is no member', ['--holder', 'cp9'], /the holder cp9 is none of the members/],
    ['a folder that isn\'t there', ['--file', '/nowhere/snapshot.db'], /--file is '\/nowhere\/snapshot\.db', and there is no folder \/nowhere/],
    ['a relative folder that isn\'t there', ['--file', 'backups/snapshot.db'], /there is no folder backups/],
    ['a file that isn\'t there', ['--file', '/nowhere.db'], /--file is '\/nowhere\.db', which is no file/],
    ['a folder in a file\'s place', ['--file', '/root'], /--file is '\/root', which is no file/],
    ['a name that others would paste', ['--latest', '--with', 'x"; touch /tmp/pasted; "'], /characters that none should have/],
    ['a member that others would paste', ['--latest', '--members', 'cp1=https://$(id)'], /characters that none should have/],
    ['an abort of nothing named', ['--abort'], /--abort stands without the id of an operation/],
    ['an abort whose id was forgotten', ['--abort', '--lost', 'cp1'], /--abort stands without the id of an operation/],
    ['a machine to be forgotten in nothing named', ['--forget'], /--forget stands without the id of an operation/],
  ])('%s: refused before anything is written', (_, args, message) => pool.lend(async (drill) => {
    const records = () => drill.machines[0].operationIds;
    const before = records();
    await expectRefused(drill, 'wrong', args as string[], message as RegExp);
    expect(records()).toEqual(before);
  }));

  test.concurrent('a write-ahead log apart from the data: nothing is stopped', () => pool.lend(async (drill) => {
    const [machine] = drill.machines;
    const manifest = join(machine.manifests, 'etcd.yaml');
    const text = readFileSync(manifest, 'utf8');
    // Only the program sees the change: the kubelet is stopped.
    machine.kubelet.stop();
    writeFileSync(manifest, text.replace('    - --snapshot-count', '    - --wal-dir=/var/lib/wal\n    - --snapshot-count'));
    const told = await drill.type(machine, ['--id', 'wal', '--latest']).summary();
    expect(told).toMatchObject({ status: 2, message: expect.stringMatching(/etcd runs with --wal-dir=, and .*etcd\.yaml says '\/var\/lib\/wal'/) });
    writeFileSync(manifest, text);
    machine.kubelet.start();
  }));
}));
