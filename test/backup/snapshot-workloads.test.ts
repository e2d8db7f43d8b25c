import { App, Chart, Cron } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { chart, external, stacked } from './snapshot-fixtures';
import { all, environmentOf, mountOf, only, podOf } from './synthesized';
import { EtcdSnapshotCronJob, EtcdSnapshotCronJobProps } from '../../src/backup/etcd-snapshot-cron-job';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { BackupVolume } from '../../src/storage/backup-volume';
import { withNodeFiles } from '../support/with-node-files';

const schedule = Cron.hourly();
const claim = (scope: Chart) =>
  BackupVolume.fromPersistentVolumeClaim(scope, 'backups', kplus.PersistentVolumeClaim.fromClaimName(scope, 'claim', 'etcd-backups'));

/** Files of the host: a stacked cluster, backups on a folder of the node. */
function onHost(): any {
  const scope = chart('backup');
  new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: stacked('cp1'), volume: BackupVolume.fromHostPath(scope, 'backups'), schedule });
  return only(scope, 'CronJob');
}

/** Nothing of the host: an external etcd, certificates from a Secret, backups in a claim. */
function anywhere(): any {
  const scope = chart('backup');
  new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: external(), volume: claim(scope), schedule });
  return only(scope, 'CronJob');
}

const containersOf = (workload: any) => [...podOf(workload).initContainers, ...podOf(workload).containers];

describe.each([['on the host', onHost()], ['anywhere', anywhere()]])('every pod, %s', (_, workload) => {
  const pod = podOf(workload);

  test('has no token of a service account', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  test('has no capability, a read-only root, the runtime\'s seccomp profile, and no way to more', () => {
    expect(containersOf(workload)).toHaveLength(2);
    for (const { securityContext } of containersOf(workload)) {
      expect(securityContext).toMatchObject({
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        seccompProfile: { type: 'RuntimeDefault' },
        allowPrivilegeEscalation: false,
        privileged: false,
      });
      expect(securityContext.capabilities).not.toHaveProperty('add');
    }
  });

  test('shares neither processes nor IPC with the host', () => {
    expect(pod).not.toHaveProperty('hostPID');
    expect(pod).not.toHaveProperty('hostIPC');
  });

  test('can write to the volume, to its scratch and nowhere else', () => {
    const writable = pod.containers[0].volumeMounts.filter(({ readOnly }: any) => !readOnly).map(({ mountPath }: any) => mountPath);
    expect(writable).toEqual(['/tmp', '/backup']);
  });

  test('is not told of the services of its namespace', () => {
    expect(pod.enableServiceLinks).toBe(false);
  });

  test('shows the last lines of its log when the shell itself dies', () => {
    expect(pod.containers[0].terminationMessagePolicy).toBe('FallbackToLogsOnError');
  });

  test('is started again by its Job, which counts, and not by the kubelet', () => {
    expect(pod.restartPolicy).toBe('Never');
  });

  test('runs although the registry is down', () => {
    expect(containersOf(workload).map(({ imagePullPolicy }) => imagePullPolicy)).toEqual(['IfNotPresent', 'IfNotPresent']);
  });

  test('asks for little, and its CPU is not throttled', () => {
    const [toolbox, snapshot] = containersOf(workload).map(({ resources }) => resources);
    expect(toolbox).toEqual({ requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } });
    expect(snapshot).toEqual({ requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '512Mi' } });
  });

  test('runs the program in the image of etcd, with the shell that the init container brought', () => {
    const [toolbox, snapshot] = containersOf(workload);
    expect(snapshot.command).toEqual(['/toolbox/busybox', 'sh', '-c', expect.stringMatching(/^verified \/program [0-9a-f]{64}$/m), '/tmp/program/etcd-snapshot.sh']);
    expect(snapshot.image).toMatch(/\/etcd:/);
    expect(toolbox.volumeMounts).toEqual([{ name: 'toolbox', mountPath: '/toolbox' }]);
    expect(snapshot.volumeMounts).toContainEqual({ name: 'toolbox', mountPath: '/toolbox', readOnly: true });
    expect(environmentOf(workload).PATH.split(':').slice(0, 2)).toEqual(['/toolbox/bin', '/usr/local/sbin']);
  });
});

describe('where files of the host are needed', () => {
  const workload = onHost();

  test('the user is root, and said to be', () => {
    for (const { securityContext } of containersOf(workload)) {
      expect(securityContext).toMatchObject({ runAsUser: 0, runAsGroup: 0, runAsNonRoot: false });
    }
    expect(podOf(workload).securityContext.runAsNonRoot).toBe(false);
  });

  test('etcd\'s loopback is reached, and names are resolved as the node does it', () => {
    expect(podOf(workload)).toMatchObject({ hostNetwork: true, dnsPolicy: 'Default' });
  });

  test('three certificate files are mounted one by one, read-only: the health check\'s client\'s, and no server\'s or authority\'s key', () => {
    const folder = '/etc/kubernetes/pki/etcd';
    const file = (hostPath: string, path: string) => ({ source: { hostPath: { path: hostPath, type: 'File' } }, path, readOnly: true });
    expect(mountOf(workload, 'certificate-ca')).toEqual(file(`${folder}/ca.crt`, '/certificates/ca.crt'));
    expect(mountOf(workload, 'certificate-cert')).toEqual(file(`${folder}/healthcheck-client.crt`, '/certificates/client.crt'));
    expect(mountOf(workload, 'certificate-key')).toEqual(file(`${folder}/healthcheck-client.key`, '/certificates/client.key'));
    expect(podOf(workload).volumes.filter(({ hostPath }: any) => hostPath).map(({ name }: any) => name))
      .toEqual(['backup', 'certificate-ca', 'certificate-cert', 'certificate-key', 'fingerprint-ca-crt', 'fingerprint-sa-pub']);
    expect(environmentOf(workload)).toMatchObject({
      ETCDCTL_CACERT: '/certificates/ca.crt', ETCDCTL_CERT: '/certificates/client.crt', ETCDCTL_KEY: '/certificates/client.key',
    });
  });

  test('of the PKI only what is public is mounted, file by file and read-only, for the fingerprints in the record', () => {
    const file = (name: string) => ({ source: { hostPath: { path: `/etc/kubernetes/pki/${name}`, type: 'File' } }, path: `/fingerprints/${name}`, readOnly: true });
    expect(mountOf(workload, 'fingerprint-ca-crt')).toEqual(file('ca.crt'));
    expect(mountOf(workload, 'fingerprint-sa-pub')).toEqual(file('sa.pub'));
    expect(environmentOf(workload).FINGERPRINTS).toBe('/fingerprints');
    expect(mountOf(workload, 'fingerprint-encryption-config')).toBeUndefined();
  });

  test('the control plane\'s taints are no hindrance, nor is a cordon', () => {
    expect(podOf(workload).tolerations).toEqual(['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master', 'node.kubernetes.io/unschedulable']
      .map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' })));
  });

  test('the node is chosen by its name and through the scheduler, so that claims are bound', () => {
    expect(podOf(workload).affinity).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['cp1'] }] }] },
      },
    });
    expect(podOf(workload)).not.toHaveProperty('nodeName');
  });
});

describe('where nothing of the host is needed', () => {
  const workload = anywhere();
  const pod = podOf(workload);

  test('the pod keeps to the restricted standard: no root, no host', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 });
    for (const { securityContext } of containersOf(workload)) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 });
    }
    expect(pod).not.toHaveProperty('hostNetwork');
    expect(pod.volumes.filter(({ hostPath }: any) => hostPath)).toEqual([]);
  });

  test('no fingerprints are taken, as no control plane\'s files are seen', () => {
    expect(environmentOf(workload)).not.toHaveProperty('FINGERPRINTS');
  });

  test('the volume becomes the group\'s, without a walk through all backups at every run', () => {
    expect(pod.securityContext).toMatchObject({ fsGroup: 65532, fsGroupChangePolicy: 'OnRootMismatch' });
  });

  test('the certificates come from three keys of the Secret, readable by the group alone', () => {
    expect(mountOf(workload, 'certificates')).toEqual({
      source: {
        secret: {
          secretName: 'etcd-client',
          defaultMode: 0o440,
          items: [{ key: 'ca.crt', path: 'ca.crt' }, { key: 'tls.crt', path: 'client.crt' }, { key: 'tls.key', path: 'client.key' }],
        },
      },
      path: '/certificates',
      readOnly: true,
    });
  });

  test('services are found by the cluster\'s DNS', () => {
    expect(pod.dnsPolicy).toBe('ClusterFirst');
  });
});

describe('an etcd that speaks plain HTTP', () => {
  const cluster = EtcdCluster.fromCommandLine(
    'etcd --name=cp1 --data-dir=/var/lib/etcd --listen-client-urls=http://127.0.0.1:2379,http://10.0.0.1:2379 '
      + '--advertise-client-urls=http://10.0.0.1:2379 --initial-cluster=cp1=http://10.0.0.1:2380',
    { name: 'lab', image: 'registry.k8s.io/etcd:3.6.5-0' },
  );
  const build = (includePki: boolean) => {
    const scope = chart();
    new EtcdSnapshotCronJob(scope, 'snapshots', { cluster, volume: claim(scope), schedule, includePki });
    return only(scope, 'CronJob');
  };

  test('has no certificates mounted, and needs no root', () => {
    expect(Object.keys(environmentOf(build(false))).filter((name) => name.startsWith('ETCDCTL_'))).toEqual([]);
    expect(podOf(build(false)).volumes.map(({ name }: any) => name)).toEqual(['program', 'toolbox', 'scratch', 'backup']);
    expect(podOf(build(false)).containers[0].securityContext.runAsUser).toBe(65532);
  });

  test('needs root for the PKI, whose keys are root\'s', () => {
    expect(podOf(build(true)).containers[0].securityContext.runAsUser).toBe(0);
  });
});

describe('the break-glass kit', () => {
  const kitOf = (props: Partial<EtcdSnapshotCronJobProps>) => {
    const scope = chart('backup');
    new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: stacked('cp1'), volume: BackupVolume.fromHostPath(scope, 'backups'), schedule, ...props });
    const workload = only(scope, 'CronJob');
    return { digest: environmentOf(workload).KIT_DIGEST, program: mountOf(workload, 'break-glass-program'), cluster: mountOf(workload, 'break-glass') };
  };
  const none = { digest: undefined, program: undefined, cluster: undefined };

  test('comes with a folder of the host, where a person finds it without the cluster', () => {
    expect(kitOf({})).toEqual({
      digest: expect.stringMatching(/^[0-9a-f]{8}$/),
      program: { source: { projected: expect.anything() }, path: '/break-glass/program', readOnly: true },
      cluster: { source: { configMap: expect.anything() }, path: '/break-glass/cluster', readOnly: true },
    });
    expect(kitOf({ breakGlassKit: false })).toEqual(none);
  });

  test('comes with other volumes only where it is asked for', () => {
    const volume = claim(chart());
    expect(kitOf({ volume })).toEqual(none);
    expect(kitOf({ volume, breakGlassKit: true }).digest).toMatch(/./);
  });

  test('is the same for all workloads that share a volume, or they would replace each other\'s for ever', () => {
    const { digest } = kitOf({});
    expect(kitOf({ schedule: Cron.daily(), includePki: true, cluster: withNodeFiles(stacked('cp1'), { encryptionConfigFile: '/etc/enc.yaml' }), labels: { a: 'b' } }).digest).toBe(digest);
  });
});

describe('the program', () => {
  test('is shared by all that use it in a chart', () => {
    const scope = chart('backup');
    const [cluster, volume] = [stacked('cp1'), claim(scope)];
    new EtcdSnapshotCronJob(scope, 'hourly', { cluster, volume, schedule });
    new EtcdSnapshotJob(scope, 'once', { cluster, volume });
    const program = only(scope, 'ConfigMap').metadata.name;
    for (const workload of [only(scope, 'CronJob'), only(scope, 'Job')]) {
      expect(podOf(workload).volumes.find(({ name }: any) => name === 'program').configMap.name).toBe(program);
    }
  });

  test('is another chart\'s own: a ConfigMap reaches no further than its namespace', () => {
    const app = new App();
    const charts = ['one', 'two'].map((id) => new Chart(app, id, { namespace: id }));
    for (const scope of charts) {
      new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: stacked('cp1'), volume: claim(scope), schedule });
    }
    expect(charts.flatMap((scope) => all(scope, 'ConfigMap')).map(({ metadata }) => metadata.namespace)).toEqual(['one', 'two']);
  });
});
