import { ClusterPool } from '../support/drill/cluster-pool';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { pointsWithinSteps, stepsOfRestore } from '../support/drill/steps';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { sleep } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const { holder, follower } = stepsOfRestore();
const until = (steps: string[], last: string) => steps.slice(0, steps.indexOf(last) + 1);
const from = (steps: string[], first: string) => steps.slice(steps.indexOf(first));

const ofHolder = [...until(holder, 'mark'), ...pointsWithinSteps().filter((name) => name !== 'added')];

describeWithTools('a restore that a person aborts', [toolchain.etcd36, toolchain.busybox], () => asRoot('a restore that a person aborts', () => {
  const single = new ClusterPool(3, {});
  const three = new ClusterPool(2, { members: 3 });
  afterAll(() => Promise.all([single.destroy(), three.destroy()]));

  async function abort(drill: StubRestoreDrill, machine: StubMachine, point: string): Promise<void> {
    const id = `${machine.name}-${point}`;
    drill.start(id, { failpoints: { [machine.name]: `${point}:hold` } });
    await drill.holds(id, machine, point);
    expect(await drill.type(machine, ['--abort', id]).summary()).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining('aborted by a person') });
    expect(await drill.faultsOfReturn(id)).toEqual([]);
  }

  test.concurrent.each(ofHolder)('of a single member, at %s: the old data serves', (point) => single.lend((drill) => abort(drill, drill.machines[0], point)));

  // The soak has them all.
  test.concurrent.each(['check', 'quiesce', 'swapping', 'mark'])('on the holder of three, at %s: everyone goes back, and the old cluster serves', (point) =>
    three.lend((drill) => abort(drill, drill.machines[0], point)));

  test.concurrent.each(['check', 'quiesce', 'quiesced'])('on a follower, at %s: everyone goes back, and the old cluster serves', (point) =>
    three.lend((drill) => abort(drill, drill.machines[1], point)));

  test.concurrent('where it can\'t go back any more: that is said, and it goes on', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [first, second, third] = drill.machines;
    const served = /the restored cluster serves already.*let it finish/;
    const counted = /(decided to swap, and cp1 counts on this machine|the old etcd can't be asked).*run --abort late on cp1 first/s;
    const lost = new Map<string, RegExp>([
      ...from(follower, 'stop-etcd').map((point) => [point, /the restored cluster serves at .*would make two clusters/] as const),
    ]);
    drill.start('late', { failpoints: { cp1: 'every:hold', cp2: 'every:hold' } });
    const refused = async (machine: StubMachine, args: string[], message: RegExp) => {
      const told = await drill.type(machine, ['--abort', 'late', ...args]).summary();
      expect({ step: machine.record('late').fact('at'), ...told }).toMatchObject({ status: 1, outcome: 'failed' });
      expect(`${told.message}: ${told.fix}`).toMatch(message);
    };
    const tried: string[] = [];
    while (!drill.machines.every((machine) => machine.record('late').result)) {
      for (const machine of [first, second]) {
        const record = machine.record('late');
        for (const point of record.held) {
          tried.push(point);
          if (machine === first && from(holder, 'start-api').includes(point)) await refused(first, [], served);
          if (machine === second && from(follower, 'await-mark').includes(point)) await refused(second, [], counted);
          if (machine === second && lost.has(point)) await refused(second, ['--lost', 'cp1'], lost.get(point)!);
          if (machine === second && point === 'promote') await refused(second, ['--lost', 'cp3'], /cp3 is not the holder, which is cp1.*--forget late --lost cp3/);
          record.pass(point);
        }
      }
      await sleep(50);
    }
    expect(await drill.faultsOfRestored('late')).toEqual([]);
    expect(tried).toEqual(expect.arrayContaining([...holder, ...follower]));
    expect(await drill.type(third, ['--abort', 'late']).summary()).toMatchObject({ status: 2, message: 'operation late has ended, as restored' });
  }));

  test.concurrent.each(['swap', 'mark'])('because the holder is lost at %s: the old cluster serves with the two that are left', (point) => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [lost, ...left] = drill.machines;
    drill.start('lost', { failpoints: { cp1: `${point}:hold` } });
    await drill.holds('lost', lost, point);
    await lost.powerOff();
    for (const machine of left) {
      const told = await drill.type(machine, ['--abort', 'lost']).summary();
      expect(`${told.message}: ${told.fix}`).toMatch(/decided to swap.*if it is lost for good: --abort lost --lost cp1/);
    }
    const told = await Promise.all(left.map((machine) => drill.type(machine, ['--abort', 'lost', '--lost', 'cp1']).summary()));
    expect(told.map(({ status, outcome }) => `${status} ${outcome}`)).toEqual(['1 aborted', '1 aborted']);
    expect(await drill.faultsOfReturn('lost', left)).toEqual([]);
  }));
}));
