import { readFileSync } from 'fs';
import { join } from 'path';
import { parseAllDocuments } from 'yaml';
import { KubernetesObject } from './kubernetes';
import { loadProgramImage } from './program-image';
import { Stage } from '../../e2e/stage';
import { storageTools } from '../../e2e/storage-tools';
import { moduleFolder } from '../../toolchain/go-modules';

const driver = 'ebs.csi.aws.com';
const driverImage = 'public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:stand-in';
const sidecarImage = (name: string, version: string) => `registry.k8s.io/sig-storage/${name}:v${version}`;

/** Where the nodes keep the volumes of their zone. */
export const disks = '/var/lib/ebs';

export interface EbsProps {
  /** The zone of each node. */
  readonly zones: { readonly [node: string]: string };
  /** The zone of each volume that AWS has already. */
  readonly volumes: { readonly [id: string]: string };
}

/** Installs the stand-in for AWS' driver, with the real provisioner and the real attacher beside it, as AWS' own chart does. */
export async function ebsDriver(stage: Stage, { zones, volumes }: EbsProps): Promise<void> {
  const { csiProvisioner, csiAttacher, ebsDriver: tool } = storageTools;
  const images = {
    provisioner: sidecarImage('csi-provisioner', csiProvisioner.recipe.version),
    attacher: sidecarImage('csi-attacher', csiAttacher.recipe.version),
  };
  await loadProgramImage(stage, driverImage, tool);
  await loadProgramImage(stage, images.provisioner, csiProvisioner);
  await loadProgramImage(stage, images.attacher, csiAttacher);
  for (const [node, zone] of Object.entries(zones)) {
    await stage.kubernetes.kubectl(['label', '--overwrite', 'node', node, `topology.kubernetes.io/zone=${zone}`]);
  }
  const rights = [
    join(await moduleFolder('github.com/kubernetes-csi/external-provisioner/v5', csiProvisioner.recipe.version), 'deploy/kubernetes/rbac.yaml'),
    join(await moduleFolder('github.com/kubernetes-csi/external-attacher/v4', csiAttacher.recipe.version), 'deploy/kubernetes/rbac.yaml'),
  ].flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS()));
  await stage.kubernetes.apply([...rights, ...objects(images, { ZONES: pairs(zones), VOLUMES: pairs(volumes) })]);
  await stage.kubernetes.eventually('every node knows the driver', async () => {
    const { items } = await stage.kubernetes.get('csinodes');
    return items.length === Object.keys(zones).length
      && items.every(({ spec }: any) => spec.drivers?.some(({ name, topologyKeys }: any) => name === driver && topologyKeys.includes('topology.kubernetes.io/zone')));
  }, 90);
}

function pairs(values: { readonly [key: string]: string }): string {
  return Object.entries(values).map(([key, value]) => `${key}=${value}`).join(',');
}

function objects(images: { provisioner: string; attacher: string }, env: { [name: string]: string }): KubernetesObject[] {
  const namespace = 'default';
  const envOf = (values: { [name: string]: string }) => Object.entries(values).map(([name, value]) => ({ name, value }));
  const hostPath = (name: string, path: string, type: string) => ({ name, hostPath: { path, type } });
  const workload = (kind: string, name: string, spec: object, pod: object): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: { ...spec, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: pod } },
  });
  const sidecar = (name: string, image: string, ...args: string[]) => ({
    name, image, args: ['--csi-address=/csi/csi.sock', ...args], volumeMounts: [{ name: 'csi', mountPath: '/csi' }],
  });
  const plugin = `/var/lib/kubelet/plugins/${driver}`;
  return [
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: driver }, spec: { attachRequired: true, podInfoOnMount: false, fsGroupPolicy: 'File' } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'ebs-csi-controller-attaches' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'external-attacher-runner' },
      subjects: [{ kind: 'ServiceAccount', name: 'csi-provisioner', namespace }],
    },
    workload('Deployment', 'ebs-csi-controller', { replicas: 1 }, {
      serviceAccountName: 'csi-provisioner',
      terminationGracePeriodSeconds: 1,
      containers: [
        { name: 'driver', image: driverImage, env: envOf({ CSI_SOCKET: '/csi/csi.sock', ...env }), volumeMounts: [{ name: 'csi', mountPath: '/csi' }] },
        sidecar('provisioner', images.provisioner, '--feature-gates=Topology=true', '--extra-create-metadata', '--default-fstype=ext4'),
        sidecar('attacher', images.attacher),
      ],
      volumes: [{ name: 'csi', emptyDir: {} }],
    }),
    workload('DaemonSet', 'ebs-csi-node', {}, {
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 1,
      containers: [{
        name: 'driver',
        image: driverImage,
        securityContext: { privileged: true },
        env: [
          { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          ...envOf({ CSI_SOCKET: `${plugin}/csi.sock`, REGISTRATION_SOCKET: `/registration/${driver}-reg.sock`, ...env }),
        ],
        volumeMounts: [
          { name: 'kubelet', mountPath: '/var/lib/kubelet', mountPropagation: 'Bidirectional' },
          { name: 'plugin', mountPath: plugin },
          { name: 'registration', mountPath: '/registration' },
          { name: 'disks', mountPath: '/disks' },
        ],
      }],
      volumes: [
        hostPath('kubelet', '/var/lib/kubelet', 'Directory'),
        hostPath('plugin', plugin, 'DirectoryOrCreate'),
        hostPath('registration', '/var/lib/kubelet/plugins_registry', 'DirectoryOrCreate'),
        hostPath('disks', disks, 'DirectoryOrCreate'),
      ],
    }),
  ];
}
