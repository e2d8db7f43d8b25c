import { Chart } from 'cdk8s';
import { declared } from './declared';
import { callLibrary } from './library';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { EtcdMemberReplacementJob } from '../../src/restore/etcd-member-replacement-job';
import { EtcdRestoreJob } from '../../src/restore/etcd-restore-job';
import { ClusterUpgrade } from '../../src/upgrade/cluster-upgrade';
import { NodeMaintenanceCronJob } from '../../src/upgrade/node-maintenance-cron-job';
import { NodeMaintenanceJob } from '../../src/upgrade/node-maintenance-job';
import { NodeUpgradeJob } from '../../src/upgrade/node-upgrade-job';
import { allCronJobProps, allJobProps, chart } from '../backup/snapshot-fixtures';
import { allReplacementProps, allRestoreProps } from '../restore/restore-fixtures';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';
import { allClusterUpgradeProps, allMaintenanceCronJobProps, allMaintenanceJobProps, allUpgradeProps } from '../upgrade/upgrade-fixtures';

type Build = (scope: Chart) => unknown;

/** The variables that a construct sets, in all its containers that run the program. */
function set(program: string, build: Build): { name: string; value?: string }[] {
  const found: any[] = [];
  const visit = (part: any): void => {
    if (Array.isArray(part)) {part.forEach(visit);} else if (part !== null && typeof part === 'object') {
      if (Array.isArray(part.containers)) found.push(...part.containers, ...part.initContainers ?? []);
      Object.values(part).forEach(visit);
    }
  };
  const scope = chart('kube-system');
  build(scope);
  visit(scope.toJson());
  return found.filter(({ command }) => JSON.stringify(command).includes(`/${program}`)).flatMap(({ env }) => env ?? []);
}

/** Only some of the props. */
function only<Props extends object, Name extends keyof Props>(props: Props, ...names: Name[]): Pick<Props, Name> {
  return Object.fromEntries(names.map((name) => [name, props[name]])) as Pick<Props, Name>;
}

const CONSTRUCTS: [string, string, Build][] = [
  ['etcd-snapshot.sh', 'EtcdSnapshotCronJob', (scope) => new EtcdSnapshotCronJob(scope, 'snapshots', allCronJobProps(scope))],
  ['restore.sh', 'EtcdRestoreJob', (scope) => new EtcdRestoreJob(scope, 'restore', allRestoreProps(scope))],
  ['replace-member.sh', 'EtcdMemberReplacementJob', (scope) => new EtcdMemberReplacementJob(scope, 'replacement', allReplacementProps())],
  ['upgrade-node.sh', 'NodeUpgradeJob', (scope) => new NodeUpgradeJob(scope, 'upgrade', allUpgradeProps())],
  ...['upgrade-node.sh', 'node-turn.sh'].map((program): [string, string, Build] => [program, 'ClusterUpgrade', (scope) => new ClusterUpgrade(scope, 'upgrade', allClusterUpgradeProps(scope))]),
  ['maintain-node.sh', 'NodeMaintenanceJob', (scope) => new NodeMaintenanceJob(scope, 'maintenance', allMaintenanceJobProps)],
  ...['maintain-node.sh', 'node-turn.sh'].map((program): [string, string, Build] => [program, 'NodeMaintenanceCronJob', (scope) => new NodeMaintenanceCronJob(scope, 'maintenance', allMaintenanceCronJobProps)]),
];

/** What a container has anyway. */
const OF_EVERY_CONTAINER = ['PATH', 'TMPDIR'];

/** What is no default in a construct, as it has to differ from what a person begins: here, a pod says whose turn it is. */
const OF_THE_CONSTRUCT = { TURN: 'asked' };

test.each(CONSTRUCTS)('%s declares every variable that %s sets', (program, _, build) => {
  const names = declared(program).map(({ name }) => name);
  const given = [...new Set(set(program, build).map(({ name }) => name))];
  expect(given.length).toBeGreaterThan(5);
  expect(given.filter((name) => !names.includes(name) && !OF_EVERY_CONTAINER.includes(name))).toEqual([]);
});

/** Each construct with the fewest props; a volume of a host needs `nodes`. */
const BARE: [string, string, Build][] = [
  ['etcd-snapshot.sh', 'EtcdSnapshotCronJob', (scope) => new EtcdSnapshotCronJob(scope, 'snapshots', only(allCronJobProps(scope), 'cluster', 'volume', 'nodes', 'schedule'))],
  ['etcd-snapshot.sh', 'EtcdSnapshotJob', (scope) => new EtcdSnapshotJob(scope, 'snapshot', only(allJobProps(scope), 'cluster', 'volume', 'nodes'))],
  ['restore.sh', 'EtcdRestoreJob', (scope) => new EtcdRestoreJob(scope, 'restore', only(allRestoreProps(scope), 'cluster', 'volume', 'restoreId', 'expires'))],
  ['replace-member.sh', 'EtcdMemberReplacementJob', (scope) => new EtcdMemberReplacementJob(scope, 'replacement', only(allReplacementProps(), 'cluster', 'node', 'replacementId', 'expires'))],
  ['upgrade-node.sh', 'NodeUpgradeJob', (scope) => new NodeUpgradeJob(scope, 'upgrade', only(allUpgradeProps(), 'cluster', 'node', 'to', 'expires'))],
  ...['upgrade-node.sh', 'node-turn.sh'].map((program): [string, string, Build] => [program, 'ClusterUpgrade', (scope) => new ClusterUpgrade(scope, 'upgrade', only(allClusterUpgradeProps(scope), 'cluster', 'to', 'expires'))]),
  ['maintain-node.sh', 'NodeMaintenanceJob', (scope) => new NodeMaintenanceJob(scope, 'maintenance', only(allMaintenanceJobProps, 'cluster', 'node', 'maintenanceId', 'expires'))],
  ...['maintain-node.sh', 'node-turn.sh'].map((program): [string, string, Build] => [program, 'NodeMaintenanceCronJob', (scope) => new NodeMaintenanceCronJob(scope, 'maintenance', only(allMaintenanceCronJobProps, 'cluster', 'window'))]),
];

test.each(BARE)('%s has the defaults of %s', (program, _, build) => {
  const given = set(program, build).filter(({ name }) => !(name in OF_THE_CONSTRUCT));
  const fallbacks = declared(program).filter(({ default: fallback }) => fallback !== '-');
  const compared = given.flatMap(({ name, value }) => fallbacks.filter((each) => each.name === name)
    .map(({ default: fallback }) => ({ name, value, fallback })));
  expect(compared.length).toBeGreaterThan(0);
  expect(compared.filter(({ value, fallback }) => value !== fallback)).toEqual([]);
});

// The default of what is no number, such as ON_TIMEOUT, is a word.
test.each(CONSTRUCTS)('%s names a unit wherever a number has one', (program) => {
  const bare = declared(program).filter(({ name, default: fallback, unit }) => unit === '-' && (/^\d+$/.test(fallback) || fallback === '-' && /TIMEOUT|SECONDS|PAUSE/.test(name)));
  expect(bare.map(({ name }) => name)).toEqual([]);
});

describeWithTools('inputs', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  const INPUTS = 'A  -  -  -  one\nB  7  seconds  --bee  two\n   and more\nC  -  -  --see=1  three\n';
  const call = (commands: string) => callLibrary(shell, 'lib/inputs.sh', `INPUTS='${INPUTS}'; ${commands}`).stdout;

  test('one that is not given is its default, or empty', () => {
    expect(call('take_inputs; echo "$A,$B"')).toBe(',7\n');
    expect(call('B=9; A="x y"; take_inputs; echo "$A,$B"')).toBe('x y,9\n');
  });

  test.each<[string, string]>([['10m', 'refused'], ['0', 'refused'], ['-1', 'refused'], ['1.5', 'refused'], ['60', 'taken'], ['', 'taken']])('of %j seconds is %s', (value, outcome) => {
    const { exitCode, stdout } = callLibrary(shell, 'lib/text.sh', `. "\${0%/*}/report.sh"; . "\${0%/*}/inputs.sh"; INPUTS='${INPUTS}'; B=$1; check_inputs 2>&1; echo taken`, [value]);
    if (outcome === 'taken') expect(stdout).toBe('taken\n');
    else expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: expect.stringContaining(`B is '${value}': set it to a whole number of at least 1`) });
  });

  test('what is written is read back as it was, and what is empty is left out', () => {
    const value = 'it\'s "$HOME" `id` \\ *\nand more';
    expect(callLibrary(shell, 'lib/inputs.sh', 'A=$1 B=; write_inputs "$2" A B; cat "$2"; A=; . "$2"; printf "<%s>" "$A"; rm "$2"', [value, '/tmp/cdk8s-day2-inputs']).stdout)
      .toBe(`A='${value.replaceAll('\'', '\'\\\'\'')}'\n<${value}>`);
  });

  test('a person reads option, variable, meaning, unit and default', () => {
    const row = (name: string, text: string) => `  ${name.padEnd(24)}${text}\n`;
    const options = [row('--bee B', 'two'), row('', 'and more (seconds; default 7)'), row('--see', 'three (C=1)')];
    expect(call('show_inputs')).toBe(`Options, each with the variable that it sets\n${options.join('')}\nVariables that have no option\n${row('A', 'one')}`);
  });

  test('a record of a newer program is not gone on with', () => {
    const { exitCode, stdout } = callLibrary(shell, 'lib/text.sh', `for library in report record operation-folder operation; do . "\${0%/*}/$library.sh"; done
      RECORD=$(mktemp -d) OPERATION=x PROGRAM=restore.sh
      check_format; echo 1 >"$RECORD/format"; check_format; echo taken
      echo 2 >"$RECORD/format"; check_format 2>&1; echo unreached`);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^taken\n.*the record of x has the format 2, and this program knows those up to 1: /);
    expect(stdout).toMatch(/use the program that began it: sh .*\/x\/program\/restore\.sh/);
    expect(stdout).not.toContain('unreached');
  });
}));
