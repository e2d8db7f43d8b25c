import { Chart, Size, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { BackupVolume } from '../../src/storage/backup-volume';
import { ClaimBackupVolumeProps } from '../../src/storage/backup-volume-props';
import { ALL_EBS_STORAGE_CLASS, ALL_EBS_VOLUME, ALL_HOST_PATH, ALL_NFS, chart } from '../backup/snapshot-fixtures';
import { only } from '../backup/synthesized';

/** What a pod that mounts the volume says of it. */
function inPod(scope: Chart, { volume }: BackupVolume): any {
  new kplus.Pod(scope, 'pod', { containers: [{ image: 'busybox', volumeMounts: [{ volume, path: '/backup' }] }] });
  const { name, ...source } = only(scope, 'Pod').spec.volumes[0];
  expect(name).toBe('backup');
  return source;
}

/** What becomes of a volume in a chart, with a namespace or without. */
function build(make: (scope: Chart) => BackupVolume, namespace?: string) {
  const scope = chart(namespace);
  const volume = make(scope);
  const claimName = () => only(scope, 'PersistentVolumeClaim').metadata.name;
  return { scope, volume, claimName, persistentVolume: () => only(scope, 'PersistentVolume'), claim: () => only(scope, 'PersistentVolumeClaim') };
}

describe('a folder of the host', () => {
  test('is where it was asked for, and must be there if that was asked for', () => {
    const { scope, volume } = build((parent) => BackupVolume.fromHostPath(parent, 'backups', ALL_HOST_PATH));
    expect(inPod(scope, volume)).toEqual({ hostPath: { path: '/srv/backups', type: 'Directory' } });
    expect(volume.hostPath).toBe('/srv/backups');
  });

  test('is /mnt/backup by default, made where it is not there', () => {
    const { scope, volume } = build((parent) => BackupVolume.fromHostPath(parent, 'backups'));
    expect(inPod(scope, volume)).toEqual({ hostPath: { path: '/mnt/backup', type: 'DirectoryOrCreate' } });
    expect(volume).toMatchObject({ hostPath: '/mnt/backup', zone: undefined, singleNode: false });
  });

  test('needs no object of its own', () => {
    expect(Testing.synth(build((parent) => BackupVolume.fromHostPath(parent, 'backups')).scope)).toEqual([]);
  });

  test.each(['backups', '', '/srv/../etc'])('%j depends on where one stands, and is refused', (path) => {
    expect(() => BackupVolume.fromHostPath(chart(), 'backups', { path })).toThrow(`path must be an absolute path without '..', got ${JSON.stringify(path)}`);
  });
});

test.each(['/', '//', '/.', '/etc', '/etc/', '/etc/kubernetes', '/etc/kubernetes/manifests', '/proc', '/sys/fs', '/dev/shm', '/run', '/run/backups', '/usr', '/bin',
  '/sbin', '/lib', '/lib64', '/boot', '/boot/efi', '/var/lib', '/var/run/x', '/usr/lib/etcd', '/var/lib/kubelet/pods'])('the system\'s own folder %s is refused', (path) => {
  expect(() => BackupVolume.fromHostPath(chart(), 'backups', { path })).toThrow(
    `path must be a folder for backups and nothing else, such as /mnt/backup, got "${path}", which is the system's own: use the folder of a disk of its own`);
});

test.each(['/mnt', '/srv/backups', '/var/backups', '/var/lib/etcd-backups', '/libraries', '/device', '/usr/local/backups', '/data', '/opt/..backups'])('the folder %s is fine', (path) => {
  expect(BackupVolume.fromHostPath(chart(), 'backups', { path }).hostPath).toBe(path);
});

describe('an EBS volume that exists', () => {
  const ebs = (parent: Chart) => BackupVolume.fromEbsVolume(parent, 'backups', ALL_EBS_VOLUME);

  test('is a PersistentVolume with its id, file system, size and zone', () => {
    const { spec } = build(ebs).persistentVolume();
    expect(spec).toMatchObject({
      csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-0123456789abcdef0', fsType: 'xfs' },
      capacity: { storage: '200Gi' },
      accessModes: ['ReadWriteOnce'],
    });
    expect(spec.nodeAffinity.required.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['eu-central-1b'] }] },
    ]);
  });

  test('outlives its claim', () => {
    expect(build(ebs).persistentVolume().spec.persistentVolumeReclaimPolicy).toBe('Retain');
  });

  test('and its claim are bound to each other alone: no class, no provisioner and no other claim steps in', () => {
    const { persistentVolume, claim } = build(ebs, 'backup');
    expect(claim().spec).toEqual({
      volumeName: persistentVolume().metadata.name, storageClassName: '', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '200Gi' } },
    });
    // The API server drops an empty one there: written out, every apply would change the volume anew.
    expect(persistentVolume().spec).not.toHaveProperty('storageClassName');
    expect(persistentVolume().spec.claimRef).toEqual({ name: claim().metadata.name, namespace: 'backup' });
  });

  test('is not kept for a claim where the chart doesn\'t say in which namespace it will be', () => {
    const { persistentVolume, claim } = build(ebs);
    expect(persistentVolume().spec).not.toHaveProperty('claimRef');
    expect(claim().spec.volumeName).toBe(persistentVolume().metadata.name);
  });

  test('belongs to the whole cluster, its claim to the namespace', () => {
    const { persistentVolume, claim } = build(ebs, 'backup');
    expect(persistentVolume().metadata).not.toHaveProperty('namespace');
    expect(claim().metadata.namespace).toBe('backup');
  });

  test('is mounted through the claim, by one node at a time, in its zone', () => {
    const { scope, volume, claimName } = build(ebs);
    expect(inPod(scope, volume)).toEqual({ persistentVolumeClaim: { claimName: claimName() } });
    expect(volume).toMatchObject({ zone: 'eu-central-1b', singleNode: true, hostPath: undefined });
  });

  test('has ext4 by default', () => {
    const { persistentVolume } = build((parent) => BackupVolume.fromEbsVolume(parent, 'backups', {
      volumeId: 'vol-01234567', zone: 'us-east-1a', size: Size.tebibytes(1),
    }));
    expect(persistentVolume().spec.csi.fsType).toBe('ext4');
    expect(persistentVolume().spec.capacity.storage).toBe('1024Gi');
  });
});

describe('a new EBS volume', () => {
  const ebs = (parent: Chart) => BackupVolume.fromEbsStorageClass(parent, 'backups', ALL_EBS_STORAGE_CLASS);

  test('is gp3, encrypted, with the IOPS, throughput, key, tags and file system asked for', () => {
    expect(only(build(ebs).scope, 'StorageClass').parameters).toEqual({
      'type': 'gp3',
      'encrypted': 'true',
      'iops': '6000',
      'throughput': '500',
      'kmsKeyId': ALL_EBS_STORAGE_CLASS.kmsKeyArn,
      'csi.storage.k8s.io/fstype': 'xfs',
      'tagSpecification_1': 'team=platform',
      'tagSpecification_2': 'purpose=etcd backups',
    });
  });

  test('comes where the pod is, stays when its claim goes, can grow, and is of the one zone', () => {
    expect(only(build(ebs).scope, 'StorageClass')).toMatchObject({
      provisioner: 'ebs.csi.aws.com',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Retain',
      allowVolumeExpansion: true,
      allowedTopologies: [{ matchLabelExpressions: [{ key: 'topology.kubernetes.io/zone', values: ['eu-central-1a'] }] }],
    });
  });

  test('is claimed from its own class with the size asked for, and mounted through that claim', () => {
    const { scope, volume, claim, claimName } = build(ebs);
    expect(claim().spec).toEqual({
      storageClassName: only(scope, 'StorageClass').metadata.name, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '50Gi' } },
    });
    expect(inPod(scope, volume)).toEqual({ persistentVolumeClaim: { claimName: claimName() } });
    expect(volume).toMatchObject({ zone: 'eu-central-1a', singleNode: true });
  });

  test('has a class of the whole cluster', () => {
    expect(only(build(ebs, 'backup').scope, 'StorageClass').metadata).not.toHaveProperty('namespace');
  });

  test('is encrypted by default, too, and leaves to AWS what wasn\'t asked for', () => {
    const { scope, volume } = build((parent) => BackupVolume.fromEbsStorageClass(parent, 'backups', { size: Size.gibibytes(20) }));
    expect(only(scope, 'StorageClass').parameters).toEqual({ 'type': 'gp3', 'encrypted': 'true', 'csi.storage.k8s.io/fstype': 'ext4' });
    expect(only(scope, 'StorageClass')).not.toHaveProperty('allowedTopologies');
    expect(volume).toMatchObject({ zone: undefined, singleNode: true });
  });
});

describe('a claim made elsewhere', () => {
  test.each<[string, (scope: Chart) => BackupVolume]>([
    ['named', (scope) => BackupVolume.fromClaimName(scope, 'backups', 'etcd-backups')],
    ['of cdk8s-plus', (scope) => {
      const claim = kplus.PersistentVolumeClaim.fromClaimName(scope, 'claim', 'etcd-backups');
      return BackupVolume.fromPersistentVolumeClaim(scope, 'backups', claim);
    }],
  ])('%s: is mounted by its name, by one node at a time, and nothing is made for it', (_, make) => {
    const { scope, volume } = build(make);
    expect(Testing.synth(scope)).toEqual([]);
    expect(inPod(scope, volume)).toEqual({ persistentVolumeClaim: { claimName: 'etcd-backups' } });
    expect(volume).toMatchObject({ claimName: 'etcd-backups', hostPath: undefined, zone: undefined, singleNode: true });
    expect([volume.claim, volume.persistentVolume, volume.storageClass]).toEqual([undefined, undefined, undefined]);
  });

  test('may be one that every node can have, or of a zone', () => {
    const props: Required<ClaimBackupVolumeProps> = { singleNode: false, zone: 'rack-1' };
    expect(BackupVolume.fromClaimName(chart(), 'backups', 'etcd-backups', props)).toMatchObject(props);
  });
});

test('the objects that are made for a volume can be reached and changed', () => {
  const namesOf = ({ claimName, claim, persistentVolume, storageClass }: BackupVolume) =>
    [claimName, claim?.name, persistentVolume?.name, storageClass?.name];
  const nameIn = (scope: Chart, kind: string) => only(scope, kind).metadata.name;
  const [existing, made, nfs, host] = [
    build((parent) => BackupVolume.fromEbsVolume(parent, 'backups', ALL_EBS_VOLUME)),
    build((parent) => BackupVolume.fromEbsStorageClass(parent, 'backups', ALL_EBS_STORAGE_CLASS)),
    build((parent) => BackupVolume.fromNfs(parent, 'backups', ALL_NFS)),
    build((parent) => BackupVolume.fromHostPath(parent, 'backups')),
  ];
  for (const { scope, volume, claimName } of [existing, nfs]) {
    expect(namesOf(volume)).toEqual([claimName(), claimName(), nameIn(scope, 'PersistentVolume'), undefined]);
  }
  expect(namesOf(made.volume)).toEqual([made.claimName(), made.claimName(), undefined, nameIn(made.scope, 'StorageClass')]);
  expect(namesOf(host.volume)).toEqual([undefined, undefined, undefined, undefined]);
  made.volume.claim!.metadata.addAnnotation('example.com/owner', 'platform');
  expect(made.claim().metadata.annotations).toEqual({ 'example.com/owner': 'platform' });
});

describe('a folder of an NFS server', () => {
  const nfs = (parent: Chart) => BackupVolume.fromNfs(parent, 'backups', ALL_NFS);

  test('is a PersistentVolume with server, path and mount options, which every node can mount', () => {
    const { persistentVolume, volume } = build(nfs);
    expect(persistentVolume().spec).toMatchObject({
      nfs: { server: 'nas.example.com', path: '/export/etcd' }, mountOptions: ['nfsvers=4.1', 'hard'], accessModes: ['ReadWriteMany'],
    });
    expect(volume.singleNode).toBe(false);
  });

  test('stays as it is when the claim goes, and no class steps in', () => {
    const { persistentVolume, claim } = build(nfs, 'backup');
    expect(persistentVolume().spec).toMatchObject({
      persistentVolumeReclaimPolicy: 'Retain', claimRef: { name: claim().metadata.name, namespace: 'backup' },
    });
    expect(claim().spec).toMatchObject({ storageClassName: '', volumeName: persistentVolume().metadata.name, accessModes: ['ReadWriteMany'] });
    expect(claim().spec.resources.requests.storage).toBe(persistentVolume().spec.capacity.storage);
  });

  test('is mounted through the claim, so that a pod under the restricted standard may have it', () => {
    const { scope, volume, claimName } = build(nfs);
    expect(inPod(scope, volume)).toEqual({ persistentVolumeClaim: { claimName: claimName() } });
  });

  test('leaves mount options to the node by default', () => {
    const { persistentVolume } = build((parent) => BackupVolume.fromNfs(parent, 'backups', { server: '10.0.0.9', path: '/export' }));
    expect(persistentVolume().spec).not.toHaveProperty('mountOptions');
  });

  test.each(['', 'nas.example.com:/export', 'nas example'])('a server %j is refused', (server) => {
    expect(() => BackupVolume.fromNfs(chart(), 'backups', { server, path: '/export' }))
      .toThrow(`server must be the name or address of an NFS server, got ${JSON.stringify(server)}`);
  });

  test('a path that isn\'t absolute is refused', () => {
    expect(() => BackupVolume.fromNfs(chart(), 'backups', { server: 'nas', path: 'export' })).toThrow('path must be an absolute path without \'..\', got "export"');
  });
});
