import { Chart } from 'cdk8s';
import { EtcdMemberReplacementJob, KubeadmCluster, KubernetesVersion } from 'cdk8s-day2';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** The disk of the third control plane is new and empty. The other two members serve; the third joins them again. */
export class EtcdMemberReplacement extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'etcd-restore' });

    // The pod starts a unit on the host. It is admitted only where the namespace says so.
    new kplus.Namespace(this, 'namespace', {
      metadata: { name: 'etcd-restore', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    });

    new EtcdMemberReplacementJob(this, 'replacement', {
      cluster: KubeadmCluster.of({
        name: 'machine-room',
        kubernetesVersion: KubernetesVersion.of('1.34.4'),
        controlPlanes: ['master-1', 'master-2', 'master-3'],
      }),
      node: 'master-3',
      replacementId: '2026-11-21-master-3-new-disk',
      expires: '2026-11-21T18:00:00Z',
    });
  }
}
