import { Chart, Duration } from 'cdk8s';
import {
  DrainPolicy, KubeadmCluster, KubernetesVersion, MaintenanceWindow, NodeMaintenanceCronJob, OsPackages, RebootPolicy, Weekday,
} from 'cdk8s-day2';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** Security updates on all nodes in the night to Sunday, one node after the other, with a reboot where the host asks for one. */
export class WeeklyPatches extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'node-maintenance' });

    // The pods start units on the hosts. They are admitted only where the namespace says so.
    new kplus.Namespace(this, 'namespace', {
      metadata: { name: 'node-maintenance', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    });

    new NodeMaintenanceCronJob(this, 'patches', {
      cluster: KubeadmCluster.of({
        name: 'machine-room',
        kubernetesVersion: KubernetesVersion.of('1.36.3'),
        controlPlanes: ['master-1', 'master-2', 'master-3'],
        workers: ['worker-1', 'worker-2', 'worker-3', 'worker-4'],
      }),
      packages: OsPackages.securityUpdates(),
      window: MaintenanceWindow.weekly({ days: [Weekday.SUNDAY], start: '01:00', duration: Duration.hours(4), timeZone: 'Europe/Berlin' }),
      expected: Duration.minutes(20),
      reboot: RebootPolicy.whenAsked(),
      drain: DrainPolicy.of({ timeout: Duration.minutes(15), moveEmptyDir: true }),
    });
  }
}
