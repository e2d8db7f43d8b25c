import { formatEndpoint, requireHost, requirePort } from './endpoint';
import { KubeadmEtcdProps } from './etcd-cluster-props';
import { EtcdMember } from './etcd-member';
import { requireApart } from './member-addresses';
import { requireControlPlanes } from './nodes';

/** The members that kubeadm starts, one on each control plane. */
export function kubeadmMembers(props: KubeadmEtcdProps, clientPort: number): EtcdMember[] {
  requirePort('clientPort', clientPort);
  requireControlPlanes(props.controlPlanes, props);
  const members = props.controlPlanes.map(name => {
    const host = props.addresses?.[name] ?? name;
    requireHost(`address of ${name}`, host);
    return {
      name,
      peerUrl: formatEndpoint({ scheme: 'https', host, port: 2380 }),
      clientUrl: formatEndpoint({ scheme: 'https', host, port: clientPort }),
      zone: props.zones?.[name],
    };
  });
  requireApart(members);
  return members;
}
