import { Chart, Duration, Testing } from 'cdk8s';
import { allMaintenanceCronJobProps, allMaintenanceJobProps, cluster } from './upgrade-fixtures';
import { reviewed } from '../../examples/reviewed';
import { KubeadmCluster } from '../../src/cluster/kubeadm-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { MaintenanceWindow, Weekday, WeeklyWindowProps } from '../../src/upgrade/maintenance-window';
import { NodeMaintenanceCronJob, NodeMaintenanceCronJobProps } from '../../src/upgrade/node-maintenance-cron-job';
import { NodeMaintenanceJob, NodeMaintenanceJobProps } from '../../src/upgrade/node-maintenance-job';
import { OsPackages } from '../../src/upgrade/os-packages';
import { RebootPolicy } from '../../src/upgrade/reboot-policy';
import { UpgradeStrategy } from '../../src/upgrade/upgrade-strategy';

const window = MaintenanceWindow.weekly({ days: [Weekday.SUNDAY], start: '02:00', duration: Duration.hours(4) });
const old = KubeadmCluster.of({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.28.4'), controlPlanes: ['cp1'] });
const nothing = { packages: OsPackages.none(), reboot: RebootPolicy.never() };

function runs(changes: Partial<NodeMaintenanceCronJobProps> = {}): any[] {
  const chart = new Chart(Testing.app(), 'platform', { namespace: 'day2' });
  new NodeMaintenanceCronJob(chart, 'patches', { cluster, window, ...changes });
  return Testing.synth(chart);
}

function once(changes: Partial<NodeMaintenanceJobProps> = {}): any[] {
  const chart = new Chart(Testing.app(), 'platform');
  const least = { cluster, node: 'w1', maintenanceId: 'firmware', expires: '2026-12-01T00:00:00Z' };
  new NodeMaintenanceJob(chart, 'firmware', { ...least, ...changes });
  return Testing.synth(chart);
}

const cronJobs = (changes?: Partial<NodeMaintenanceCronJobProps>) => runs(changes).filter(({ kind }) => kind === 'CronJob');
const podOf = ({ kind, spec }: any) => (kind === 'CronJob' ? spec.jobTemplate.spec : spec).template.spec;
const environmentOf = ({ env }: any) => Object.fromEntries(env.map((each: any) => [each.name, each.value ?? each.valueFrom.fieldRef.fieldPath]));
const workOf = (workload: any) => environmentOf(podOf(workload).containers[0]);
const turnOf = (workload: any) => environmentOf(podOf(workload).initContainers.find(({ name }: any) => name === 'node-turn'));
const jobOf = (changes?: Partial<NodeMaintenanceJobProps>) => once(changes).find(({ kind }) => kind === 'Job');

describe('of all nodes', () => {
  test('a CronJob each, at the same time, and each knows who goes before it', () => {
    expect(cronJobs().map((each) => {
      const { SELF, FIRST, AHEAD, BEHIND, AT_ONCE } = turnOf(each);
      return [SELF, each.spec.schedule, each.spec.timeZone, FIRST, AHEAD, BEHIND, AT_ONCE];
    })).toEqual([
      ['cp1', '0 2 * * 0', 'Etc/UTC', '', '', undefined, '1'],
      ['cp2', '0 2 * * 0', 'Etc/UTC', 'cp1', '', undefined, '1'],
      ['cp3', '0 2 * * 0', 'Etc/UTC', 'cp1 cp2', '', undefined, '1'],
      ['w1', '0 2 * * 0', 'Etc/UTC', 'cp1 cp2 cp3', '', 'w2 w3', '1'],
      ['w2', '0 2 * * 0', 'Etc/UTC', 'cp1 cp2 cp3', 'w1', 'w3', '1'],
      ['w3', '0 2 * * 0', 'Etc/UTC', 'cp1 cp2 cp3', 'w1 w2', '', '1'],
    ]);
  });

  test('the id of a run is the name of its Job, for the work and for the turn, which know the same schedule', () => {
    for (const each of cronJobs()) {
      const id = 'metadata.labels[\'batch.kubernetes.io/job-name\']';
      expect([workOf(each).OPERATION, turnOf(each).OPERATION]).toEqual([id, id]);
      expect(workOf(each).SERIES).toBe(turnOf(each).SERIES);
      expect(workOf(each)).toMatchObject({ TURN: 'asked', PASS_ON: turnOf(each).VERDICT_FILE, WINDOW: '14400', EXPECTED: '1800' });
      // A CronJob gives its Jobs its own name, a hyphen and eight digits; the id is a label, too.
      expect(each.metadata.name.length).toBeLessThanOrEqual(52);
    }
    expect(new Set(cronJobs().map((each) => workOf(each).SERIES)).size).toBe(1);
  });

  test('a run that ended for good is not tried again, and one that comes too late is left out', () => {
    const [{ spec }] = cronJobs();
    expect(spec).toMatchObject({ concurrencyPolicy: 'Forbid', startingDeadlineSeconds: 14400, suspend: false });
    expect(spec.jobTemplate.spec.podFailurePolicy.rules).toEqual([
      { action: 'FailJob', onExitCodes: { containerName: 'node-maintenance', operator: 'In', values: [1, 2] } },
    ]);
    expect(podOf(cronJobs()[0]).tolerations).toEqual([{ operator: 'Exists' }]);
  });

  test('with the fewest props: security updates, a reboot where the host asks for it, and nothing is lost', () => {
    expect(workOf(cronJobs()[3])).toMatchObject({
      SELF: 'w1', OS_PACKAGES: 'security', RUNTIME: 'keep', REBOOT: 'asked', ON_TIMEOUT: 'give-back', EMPTY_DIR: 'refuse', UNMANAGED: 'refuse',
    });
    expect(workOf(cronJobs()[3]).COMMAND).toBeUndefined();
  });

  test('with all props, says so to the program', () => {
    const all = cronJobs(allMaintenanceCronJobProps);
    expect(all.map((each) => workOf(each).SELF)).toEqual(['cp1', 'cp2', 'cp3', 'w1', 'w2']);
    expect(all[4].spec).toMatchObject({ schedule: '30 2 * * 0,6', timeZone: 'Europe/Berlin', suspend: true });
    expect(turnOf(all[4])).toMatchObject({ SETTLE: '90', AT_ONCE: '2' });
    expect(workOf(all[4])).toMatchObject({
      OS_PACKAGES: 'all',
      RUNTIME: 'update',
      PACKAGES_TIMEOUT: '1200',
      // Kubernetes makes one of two.
      COMMAND: 'echo "$$(date) $$HOME" && fwupdmgr update',
      COMMAND_TIMEOUT: '600',
      REBOOT: 'always',
      EXPECTED: '1200',
      READY_TIMEOUT: '120',
      DRAIN_TIMEOUT: '300',
    });
  });

  test('the token can read, and change nothing', () => {
    const rules = runs().filter(({ kind }) => /Role$/.test(kind)).flatMap(({ rules: own }) => own.map(({ resources, verbs }: any) => `${resources}: ${verbs}`));
    expect(rules).toEqual(['nodes: get,list', 'pods: list', 'configmaps: get']);
  });

  test('the manifests are those that were reviewed', () => {
    const one = KubeadmCluster.of({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.35'), controlPlanes: ['cp1'] });
    expect(reviewed(runs({ cluster: one }))).toMatchSnapshot();
  });

  test.each<[Partial<NodeMaintenanceCronJobProps>, string]>([
    [{ window: undefined }, 'window must be given'],
    [{ expected: Duration.hours(5) }, 'expected must be at most the window\'s duration, 240 minutes, got 18000 s'],
    [{ cluster: old }, 'the cluster\'s kubernetesVersion must be 1.29 or newer, got 1.28.4: older ones have no sidecar containers'],
    [{ strategy: UpgradeStrategy.surge({ replacements: { w1: 'w4' } }) }, 'strategy must be UpgradeStrategy.rolling() or allAtOnce(), got surge'],
    [{ skip: ['w9'] }, 'skip must be nodes of the cluster'],
    [{ settle: Duration.millis(5) }, 'settle'],
    [nothing, 'packages, command or reboot must give something to do, got OsPackages.none(), no command and RebootPolicy.never()'],
  ])('refuses %j', (changes, message) => {
    expect(() => runs(changes)).toThrow(message);
  });
});

describe('of one node', () => {
  test('needs no rights in the cluster, and the drain knows its pod by the label', () => {
    expect(new Set(once().map(({ kind }) => kind))).toEqual(new Set(['ConfigMap', 'Job']));
    const { metadata } = jobOf().spec.template;
    expect(metadata.labels['cdk8s-day2/operation']).toBe('firmware');
    expect(workOf(jobOf())).toMatchObject({ OPERATION: 'firmware', EXPIRES: '2026-12-01T00:00:00Z', SELF: 'w1' });
    expect(workOf(jobOf())).not.toHaveProperty('WINDOW');
  });

  test('has kubectl of the cluster, also where its patch is not known', () => {
    const images = (version: string) => podOf(jobOf({
      cluster: KubeadmCluster.of({ name: 'prod', kubernetesVersion: KubernetesVersion.of(version), controlPlanes: ['cp1'], workers: ['w1'] }),
    })).initContainers.map(({ image }: any) => image);
    expect(images('1.35.4')).toContain('registry.k8s.io/kubectl:v1.35.4');
    expect(images('1.35')).toContain('registry.k8s.io/kubectl:v1.35.0');
  });

  test('takes all props', () => {
    expect(workOf(jobOf(allMaintenanceJobProps))).toMatchObject({ OPERATION: 'firmware-2026-12', REBOOT: 'always' });
  });

  test.each<[Partial<NodeMaintenanceJobProps>, string]>([
    [{ node: 'w9' }, 'node must be one of the cluster\'s'],
    [{ maintenanceId: 'Firmware' }, 'maintenanceId must have 1 to 63 lower-case letters'],
    [{ expires: 'tomorrow' }, 'expires must be'],
    [{ command: ' ' }, 'command must be a line for sh, got ""'],
    [{ commandTimeout: Duration.millis(1) }, 'commandTimeout'],
    [nothing, 'must give something to do'],
  ])('refuses %j', (changes, message) => {
    expect(() => once(changes)).toThrow(message);
  });
});

describe('a window', () => {
  const weekly = (changes: Partial<WeeklyWindowProps>) => MaintenanceWindow.weekly({ days: [Weekday.SUNDAY], start: '02:00', duration: Duration.hours(4), ...changes });

  test('on some days, or every day', () => {
    const { SATURDAY, MONDAY, SUNDAY } = Weekday;
    expect(weekly({ days: [SATURDAY, MONDAY, SUNDAY, MONDAY], start: '23:05' }).schedule.expressionString).toBe('5 23 * * 0,1,6');
    expect(MaintenanceWindow.daily({ start: '00:00', duration: Duration.days(1), timeZone: 'America/Sao_Paulo' }))
      .toMatchObject({ timeZone: 'America/Sao_Paulo', schedule: { expressionString: '0 0 * * *' } });
  });

  test('may be open until it opens again', () => {
    expect(() => weekly({ days: [Weekday.FRIDAY, Weekday.MONDAY], duration: Duration.days(3) })).not.toThrow();
    expect(() => weekly({ duration: Duration.days(7) })).not.toThrow();
  });

  test.each<[Partial<WeeklyWindowProps>, string]>([
    [{ days: [] }, 'days must name at least one day, got none'],
    [{ start: '2:00' }, 'start must be hours and minutes such as 02:00, from 00:00 to 23:59, got "2:00"'],
    [{ start: '24:00' }, 'got "24:00"'],
    [{ timeZone: 'Berlin' }, 'timeZone must be a name of the tz database'],
    [{ duration: Duration.seconds(90) }, 'duration must be whole minutes, got 90 s'],
    [{ duration: undefined }, 'duration must be given'],
    [{ days: [Weekday.FRIDAY, Weekday.SATURDAY], duration: Duration.hours(25) }, 'duration must be at most 1440 minutes, as the window opens again then, got 1500'],
  ])('refuses %j', (changes, message) => {
    expect(() => weekly(changes)).toThrow(message);
  });
});
