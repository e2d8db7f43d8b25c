import { StubRestoreDrill } from '../support/drill/restore-drill';
import { pointsWithinSteps, stepsOfRestore } from '../support/drill/steps';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { sleep } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const { holder, follower, back } = stepsOfRestore();
const within = pointsWithinSteps();
/** Only a follower is added, only the holder tries and swaps. */
const except = (...points: string[]) => within.filter((name) => !points.includes(name));

describeWithTools('a restore whose program is killed', [toolchain.etcd35, toolchain.etcd36, toolchain.busybox], () => asRoot('a restore whose program is killed', () => {
  test('can be hit within steps', () => {
    expect(within).toEqual(['added', 'stopping-etcd', 'stopping-kube-apiserver', 'swapping', 'trying']);
  });

  const times = [
    { when: 'within every step', failpoint: 'every:kill', ofHolder: [...holder, ...except('added')], ofFollower: [...follower, ...except('swapping', 'trying')] },
    // The last step writes the result: nothing is redone after it.
    { when: 'after every step, which is done twice', failpoint: 'every:redo', ofHolder: holder.slice(0, -1), ofFollower: follower.slice(0, -1) },
  ];

  test.concurrent.each(times)('$when, on a single member: it goes on where it was', ({ failpoint, ofHolder }) => StubRestoreDrill.with({ etcd: toolchain.etcd35 }, async (drill) => {
    drill.start('killed', { env: { FAILPOINT: failpoint } });
    expect(await drill.faultsOfRestored('killed')).toEqual([]);
    expect(drill.machines[0].record('killed').failpoints).toEqual([...ofHolder].sort());
  }));

  test.concurrent.each(times)('$when, on all of three members: they go on where they were', ({ failpoint, ofHolder, ofFollower }) =>
    StubRestoreDrill.with({ members: 3, kubeletLagMs: 700 }, async (drill) => {
      drill.start('killed', { env: { FAILPOINT: failpoint } });
      expect(await drill.faultsOfRestored('killed')).toEqual([]);
      const hit = drill.machines.map((machine) => machine.record('killed').failpoints);
      expect(hit).toEqual([ofHolder, ofFollower, ofFollower].map((points) => [...points].sort()));
    }));

  test.concurrent('at every step of the way back: the old cluster serves', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    drill.start('back', { env: { FAILPOINT: 'every:kill', STOP_TIMEOUT: '600' }, failpoints: { cp3: 'quiesced:hold' } });
    await drill.holds('back', drill.machines[2], 'quiesced');
    expect(await drill.type(drill.machines[2], ['--abort', 'back']).summary()).toMatchObject({ status: 1, outcome: 'aborted' });
    expect(await drill.faultsOfReturn('back')).toEqual([]);
    expect(drill.machines[0].record('back').failpoints).toEqual(expect.arrayContaining(back));
  }));

  test.concurrent('from outside, with SIGKILL, and by a power cut: they go on where they were', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const faults: [StubMachine, string, 'SIGKILL' | 'power cut'][] = [
      [drill.machines[0], 'restore-aside', 'SIGKILL'],
      [drill.machines[1], 'quiesce', 'SIGKILL'],
      [drill.machines[2], 'await-decision', 'power cut'],
      [drill.machines[0], 'swapping', 'power cut'],
      [drill.machines[1], 'added', 'power cut'],
      [drill.machines[2], 'promote', 'SIGKILL'],
    ];
    drill.start('hit', { env: { FAILPOINT: 'every:hold' } });
    const open = new Set(drill.machines);
    const played: string[] = [];
    while (open.size > 0) {
      await Promise.all([...open].map(async (machine) => {
        const record = machine.record('hit');
        for (const point of record.held) {
          for (const [, , fault] of faults.filter(([on, at]) => on === machine && at === point)) {
            played.push(`${machine.name} ${point}`);
            if (fault === 'power cut') {
              await machine.powerOff();
              await machine.powerOn();
            } else {
              await machine.systemd.crash('cdk8s-day2-hit.service');
            }
          }
          record.pass(point);
        }
        if (record.result) open.delete(machine);
      }));
      await sleep(50);
    }
    expect(await drill.faultsOfRestored('hit')).toEqual([]);
    expect(played.sort()).toEqual(faults.map(([machine, point]) => `${machine.name} ${point}`).sort());
  }));
}));
