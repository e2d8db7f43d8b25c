import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { PersonsRun } from '../support/drill/persons-run';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { runSnapshot } from '../support/drill/run-snapshot';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { EtcdMember } from '../support/etcd/etcd-member';
import { asRoot } from '../support/pod/as-root';
import { ContainerResult } from '../support/pod/container';
import { etcdImage, etcdScene } from '../support/pod/etcd-scene';
import { expectSaved } from '../support/pod/failure';
import { Shell } from '../support/pod/pod';
import { SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const ON_CP1 = { nodes: SnapshotNodes.named('cp1') };
const SHELLS: Shell[] = ['busybox', 'dash'];

/** Its disk is new, and its manifest names only itself, as that of kubeadm's first control plane does. */
async function beginAlone(member: EtcdMember, token: string): Promise<void> {
  await member.stop();
  rmSync(member.dataDir, { recursive: true });
  const set = (flag: string, value: string) => {
    member.flags[member.flags.findIndex((each) => each.startsWith(`--${flag}=`))] = `--${flag}=${value}`;
  };
  set('initial-cluster', `${member.name}=${member.peerUrl}`);
  set('initial-cluster-token', token);
  member.start();
  await member.waitUntilHealthy();
}

/** Forgets of which cluster a backup is, as before that was recorded. */
function forgetCluster(scene: SnapshotScene, name: string): void {
  const file = join(scene.backups.folder, name, 'backup.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"clusterId":"\d+",/, ''));
}

function rememberCluster(scene: SnapshotScene, name: string, id: string): void {
  const file = join(scene.backups.folder, name, 'backup.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"member"', `"clusterId":"${id}","member"`));
}

/** As if another member had given it, which is some revisions ahead. */
function ofOneAhead(scene: SnapshotScene, name: string, by: number): string {
  const [time, revision] = name.split('-r');
  const renamed = `${time}-r${Number(revision) + by}`;
  renameSync(join(scene.backups.folder, name), join(scene.backups.folder, renamed));
  return renamed;
}

describeWithTools('a member alone that begins a cluster of its own', [toolchain.etcd36, toolchain.busybox], () => asRoot('a member alone that begins a cluster of its own', () => {
  let etcd: EtcdClusterFixture;
  let scene: SnapshotScene;

  beforeEach(async () => {
    etcd = await EtcdClusterFixture.start(toolchain.etcd36);
    scene = etcdScene(etcd);
    for (let i = 0; i < 20; i++) await etcd.client.put(`/registry/${i}`, 'x');
  });
  afterEach(async () => {
    scene.remove();
    await etcd.destroy();
  });

  const run = (shell: Shell = 'busybox') => scene.run(ON_CP1, { shell });
  const saved = (shell?: Shell) => expectSaved(scene, () => run(shell));

  test.each(SHELLS)('in %s: the first run fails and says it, and however many follow, the good backups stay', async (shell) => {
    const good = [await saved(shell), await saved(shell)];
    expect(good[0].clusterId).toMatch(/^\d+$/);
    expect(good[1]).toMatchObject({ clusterId: good[0].clusterId, kept: 2 });
    await beginAlone(etcd.members[0], 'another');

    const failed = await run(shell);
    const [strange] = scene.backups.complete.slice(-1);
    const { clusterId } = scene.backups.record(strange);
    expect(clusterId).not.toBe(good[0].clusterId);
    expect({ exitCode: failed.exitCode, ...summaryOf(failed) }).toMatchObject({ exitCode: 1, outcome: 'failed', step: 'compare' });
    const { message, fix } = summaryOf(failed);
    for (const part of [`${strange} is saved: cp1 (https://127.0.0.1:${etcd.clientPort})`, `etcd cluster ${clusterId}, revision 1, 0 keys`, `${good[1].backup} of cp1`, `the cluster ${good[0].clusterId}, revision ${good[1].revision}, ${good[1].keys} keys`]) {
      expect(message).toContain(part);
    }
    expect(fix).toContain('sh replace-member.sh');

    const strangers = [strange];
    for (let i = 0; i < 4; i++) strangers.push((await saved(shell)).backup);
    expect(scene.backups.complete).toEqual([...good.map(({ backup }) => backup), ...strangers.slice(-2)]);
    expect(scene.backups.complete.flatMap((name) => scene.backups.faults(name))).toEqual([]);
  }, 180_000);

  test.each(SHELLS)('in %s: one that begins anew by the same settings has the same id, and is noticed by its revision', async (shell) => {
    const good = [await saved(shell), await saved(shell)];
    await beginAlone(etcd.members[0], etcd.folder);
    const failed = await run(shell);
    const [strange] = scene.backups.complete.slice(-1);
    expect(scene.backups.record(strange)).toMatchObject({ clusterId: good[0].clusterId, history: 2 });
    expect({ exitCode: failed.exitCode, ...summaryOf(failed) }).toMatchObject({
      exitCode: 1, step: 'compare', message: expect.stringMatching(/revision 1, 0 keys, but .*: it has begun anew by the same settings$/),
    });
    const strangers = [strange, (await saved(shell)).backup, (await saved(shell)).backup];
    expect(scene.backups.complete).toEqual([...good.map(({ backup }) => backup), ...strangers.slice(-2)]);
    const preview = await scene.run(ON_CP1, { shell, extra: { env: { DRY_RUN: '1' } } });
    expect(preview.stdout).toContain(`keep ${good[0].backup} last; of another etcd cluster, ${good[0].clusterId}\n`);
    // And once more.
    for (let i = 0; i < 20; i++) await etcd.client.put(`/registry/${i}`, 'x');
    const regrown = await saved(shell);
    await beginAlone(etcd.members[0], etcd.folder);
    expect((await run(shell)).exitCode).toBe(1);
    expect(scene.backups.record(scene.backups.complete.slice(-1)[0])).toMatchObject({ clusterId: good[0].clusterId, history: 3 });
    expect(scene.backups.complete).toEqual(expect.arrayContaining([...good.map(({ backup }) => backup), regrown.backup]));
  }, 180_000);

  test('one that has more than half of the revisions when it is backed up first is noticed, too', async () => {
    const good = [await saved(), await saved()];
    await beginAlone(etcd.members[0], etcd.folder);
    for (let i = 2; i < good[1].revision; i++) await etcd.client.put('/registry/other', `${i}`);
    expect(summaryOf(await run())).toMatchObject({ outcome: 'failed', step: 'compare', message: expect.stringMatching(/it has begun anew by the same settings$/) });
    const strangers = [scene.backups.complete.slice(-1)[0], (await saved()).backup, (await saved()).backup];
    expect(strangers.map((name) => name.split('-r')[1])).toEqual(Array(3).fill(`${good[1].revision - 1}`));
    expect(scene.backups.complete).toEqual([...good.map(({ backup }) => backup), ...strangers.slice(-2)]);
    expect(scene.backups.complete.map((name) => scene.backups.record(name).keys)).toEqual([...good.map(({ keys }) => keys), 1, 1]);
  });

  test('one of the same id is noticed, too, after backups of another cluster', async () => {
    const good = [await saved(), await saved()];
    await beginAlone(etcd.members[0], 'another');
    expect((await run()).exitCode).toBe(1);
    const other = [scene.backups.complete.slice(-1)[0], (await saved()).backup];
    await beginAlone(etcd.members[0], etcd.folder);
    const failed = await run();
    const strangers = scene.backups.complete.slice(-1);
    expect(scene.backups.record(strangers[0])).toMatchObject({ clusterId: good[0].clusterId, history: 2 });
    expect({ exitCode: failed.exitCode, ...summaryOf(failed) }).toMatchObject({ exitCode: 1, step: 'compare', message: expect.stringMatching(/it has begun anew by the same settings$/) });
    for (let i = 0; i < 3; i++) strangers.push((await saved()).backup);
    expect(scene.backups.complete).toEqual([...good.map(({ backup }) => backup), ...other, ...strangers.slice(-2)]);
    expect(scene.backups.complete.flatMap((name) => scene.backups.faults(name))).toEqual([]);
  });

  test('the preview says which backups are of another cluster, and counts by the newest one\'s', async () => {
    const good = [await saved(), await saved()];
    await beginAlone(etcd.members[0], 'another');
    expect((await run()).exitCode).toBe(1);
    const before = scene.backups.look();
    const result = await scene.run(ON_CP1, { extra: { env: { DRY_RUN: '1', KEEP_LAST: '1' } } });
    expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({ exitCode: 0, outcome: 'previewed', pruned: 1, kept: 2 });
    const [strange] = scene.backups.complete.slice(-1);
    expect(result.stdout.match(/^(keep|prune) \d.*$/gm)).toEqual([
      `keep ${strange} newest; last`,
      `keep ${good[1].backup} newest; last; of another etcd cluster, ${good[0].clusterId}`,
      `prune ${good[0].backup} no rule keeps it`,
    ]);
    expect(scene.backups.look()).toEqual(before);
  });

  test('with the PKI: each cluster keeps its newest backup that has it', async () => {
    for (const name of scene.earlier) rememberCluster(scene, name, '7');
    mkdirSync(join(scene.backups.folder, scene.earlier[0], 'pki'));
    const result = await scene.run({ ...ON_CP1, includePki: true });
    expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({ exitCode: 1, step: 'compare' });
    expect(scene.backups.complete).toEqual([...scene.earlier, expect.any(String)]);
    expect(result.stdout).toContain(`prune: keep ${scene.earlier[0]}: newest with the PKI; of another etcd cluster, 7`);
  });

  test('earlier backups that don\'t say of which cluster they are: no run fails, and they count as before', async () => {
    const good = [await saved(), await saved()];
    for (const { backup } of good) forgetCluster(scene, backup);
    const next = await saved();
    expect(next).toMatchObject({ pruned: 1, kept: 2 });
    expect(scene.backups.complete).toEqual([good[1].backup, next.backup]);
  });

  test('a backup dated in the future is no earlier one', async () => {
    await saved();
    const future = scene.backups.plant(new Date(Date.now() + 86_400_000), 300);
    rememberCluster(scene, future, '7');
    await saved();
  });
}));

describeWithTools('a member of several that begins a cluster of its own', [toolchain.etcd36, toolchain.busybox], () => asRoot('a member of several that begins a cluster of its own', () => {
  let etcd: EtcdClusterFixture;
  let scene: SnapshotScene;

  beforeAll(async () => {
    etcd = await EtcdClusterFixture.start(toolchain.etcd36, { members: 3 });
    await etcd.client.put('a', '1');
  });
  beforeEach(() => { scene = etcdScene(etcd); });
  afterEach(() => scene.remove());
  afterAll(() => etcd.destroy());

  /** How often each endpoint was asked for its status. */
  async function runCounting(): Promise<{ result: ContainerResult; asked: Record<string, number> }> {
    const image = etcdImage(etcd.tool);
    const etcdctl = scene.program('etcdctl', 'case "$*" in *"endpoint status"*) echo "asked $1" ;; esac >>/backup/asked; exec etcdctl.real "$@"');
    rmSync(join(scene.volume, 'asked'), { force: true });
    const result = await scene.run(ON_CP1, { image: { ...image, 'etcdctl.real': image.etcdctl, etcdctl } });
    const asked: Record<string, number> = {};
    for (const [, endpoint] of readFileSync(join(scene.volume, 'asked'), 'utf8').matchAll(/^asked --endpoints=(.*)$/gm)) asked[endpoint] = (asked[endpoint] ?? 0) + 1;
    return { result, asked };
  }

  const local = () => `https://127.0.0.1:${etcd.clientPort}`;

  test('while nothing is wrong, each member is asked once', async () => {
    const { result, asked } = await runCounting();
    expect(summaryOf(result)).toMatchObject({ outcome: 'saved', endpoint: local() });
    expect(summaryOf(result)).not.toHaveProperty('passedOver');
    expect(asked).toEqual({ [local()]: 1, [etcd.endpoints[1]]: 1, [etcd.endpoints[2]]: 1 });
  });

  test('members that are down are asked once', async () => {
    await etcd.members[0].stop();
    etcd.members[2].pause();
    try {
      // Two of three are gone, so the quorum is, too: the last resort is asked again.
      const { result, asked } = await runCounting();
      expect(summaryOf(result)).toMatchObject({ outcome: 'saved', endpoint: etcd.endpoints[1] });
      expect(asked).toMatchObject({ [local()]: 1, [etcd.endpoints[2]]: 1 });
    } finally {
      etcd.members[2].resume();
      etcd.members[0].start();
      await Promise.all(etcd.members.map((member) => member.waitUntilHealthy()));
    }
  });

  test('one that is behind the others, without a quorum, pushes out none of their backups, and no run fails', async () => {
    const run = () => expectSaved(scene, () => scene.run(ON_CP1));
    const good = [await run(), await run()].map(({ backup }) => ofOneAhead(scene, backup, 3));
    const others = etcd.members.slice(1);
    await Promise.all(others.map((member) => member.stop()));
    try {
      await until('the loss of the leader is noticed', async () => Number((await etcd.client.status()).leaderId ?? 0) === 0);
      const behind = [await run(), await run(), await run()];
      expect(scene.backups.complete).toEqual([...good, ...behind.slice(-2).map(({ backup }) => backup)]);
      for (const { backup } of behind.slice(-2)) expect(scene.backups.record(backup)).toMatchObject({ history: 0 });
    } finally {
      others.forEach((member) => member.start());
      await Promise.all(etcd.members.map((member) => member.waitUntilHealthy()));
    }
    for (let i = 0; i < 4; i++) await etcd.client.put('a', `${i}`);
    // The quorum is ahead of all: it is the history of before that goes on, and what was behind hides none of its backups.
    const again = await run();
    expect(again).toMatchObject({ clusterId: expect.any(String) });
    expect(again).not.toHaveProperty('history');
    expect(scene.backups.complete).toContain(again.backup);
  }, 180_000);

  test('the local one of three is passed over, with a warning; with one of the others down, the newest backup says which is right', async () => {
    const first = await expectSaved(scene, () => scene.run(ON_CP1));
    await beginAlone(etcd.members[0], etcd.folder);
    let { result } = await runCounting();
    expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({ exitCode: 0, outcome: 'saved', endpoint: etcd.endpoints[1] });
    expect(scene.backups.record(summaryOf(result).backup)).toMatchObject({ member: 'cp2', clusterId: first.clusterId });
    expect(summaryOf(result).passedOver).toContain(local());
    expect(result.stdout).toMatch(new RegExp(`warning: ${local()}: it serves the etcd cluster \\d+ \\(members that answer: 1\\), and not ${first.clusterId} \\(2\\)\\. Most likely .*replace-member\\.sh`));

    await etcd.members[2].stop();
    try {
      await until('the loss of the leader is noticed', async () => Number((await etcd.members[1].client.status()).leaderId ?? 0) === 0);
      ({ result } = await runCounting());
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({ exitCode: 0, outcome: 'saved', endpoint: etcd.endpoints[1] });
      expect(result.stdout).toContain('warning: ' + local() + ': it serves the etcd cluster');
      // Without a backup that says it, the first one that answers is taken.
      for (const name of scene.backups.complete) rmSync(join(scene.backups.folder, name), { recursive: true });
      ({ result } = await runCounting());
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({ exitCode: 0, outcome: 'saved', endpoint: local() });
    } finally {
      etcd.members[2].start();
    }
  });
}));

describeWithTools('a cluster that a restore has made', [toolchain.etcd36, toolchain.busybox], () => asRoot('a cluster that a restore has made', () => {
  test.each(SHELLS)('in %s: its first backup is of another cluster, and no run fails', (shell) => StubRestoreDrill.with({ shell }, async (drill) => {
    const [machine] = drill.machines;
    const snapshot = () => runSnapshot(drill, shell);
    const before = snapshot();
    expect(before).toMatchObject({ exitCode: 0, summary: { outcome: 'saved' } });
    // One that has the new field is restored.
    drill.backup = before.summary.backup;
    drill.start('explained');
    expect(await drill.ended('explained')).toMatchObject([{ status: 0, outcome: 'restored' }]);
    const after = snapshot();
    expect(after).toMatchObject({ exitCode: 0, summary: { outcome: 'saved' } });
    expect(after.output).toContain('compare: the restore explained has made it');
    const idOf = (name: string) => JSON.parse(readFileSync(join(drill.cluster.backups, name, 'backup.json'), 'utf8')).clusterId;
    expect(idOf(after.summary.backup)).toBe((await drill.cluster.seenBy(machine)).clusterId);
    expect(idOf(after.summary.backup)).not.toBe(idOf(before.summary.backup));
    expect(drill.cluster.backupNames).toContain(before.summary.backup);
  }));

  test('is backed up, and its member is not replaced, though more members of the old one are back', () => StubRestoreDrill.with({ members: 3, unjudged: 'two members serve the old cluster on purpose' }, async (drill) => {
    const [holder, ...lost] = drill.machines;
    for (const machine of lost) await machine.powerOff();
    const restore = drill.type(holder, ['--at', drill.backup, '--id', 'alone', '--members', drill.cluster.membersByUrl, '--lost', 'cp2 cp3']);
    expect(await restore.summary()).toMatchObject({ outcome: 'restored' });
    expect(await drill.faultsOfRestored('alone', [holder])).toEqual([]);
    await holder.client.put('/registry/since', 'precious');
    for (const machine of lost) await machine.powerOn();
    await drill.cluster.waitUntilReady(lost);
    const { clusterId } = await drill.cluster.seenBy(holder);

    const { summary, output } = runSnapshot(drill);
    expect(summary).toMatchObject({ outcome: 'saved', endpoint: holder.endpoint });
    expect(JSON.parse(readFileSync(join(drill.cluster.backups, summary.backup, 'backup.json'), 'utf8'))).toMatchObject({ member: 'cp1', clusterId });
    expect(output).toMatch(/warning: \S+ serves another etcd cluster, \d+ \(members that answer: 2\), and knows nothing of the restore alone/);
    expect(output).not.toContain('replace-member');

    const command = ['sh', join(holder.props.kit, 'replace-member.sh'), '--id', 'advised', '--via', lost[0].clientUrl];
    const replaced = new PersonsRun(holder.host.start({ command, env: { ...holder.environment, DEAD_FOR: '1', READY_TIMEOUT: '3' } }));
    expect(await replaced.summary()).toMatchObject({
      outcome: 'aborted', message: expect.stringMatching(/^etcd on cp1 is healthy, its cluster \d+ was made by the restore alone, and https:\S+ knows nothing of that restore/),
    });
    expect(await drill.cluster.seenBy(holder)).toEqual({ clusterId, members: ['cp1 voter'] });
    expect((await holder.client.get('/registry/since'))?.value).toBe('precious');
  }));
}));
