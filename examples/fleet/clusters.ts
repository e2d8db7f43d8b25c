/** What differs from one cluster of the fleet to the next. */
export interface FleetCluster {
  readonly name: string;
  readonly kubernetesVersion: string;
  readonly controlPlanes: string[];
  /** Where its backups go. */
  readonly nfs: { readonly server: string; readonly path: string };
  /** Whether a failure costs money: then a snapshot is taken every quarter of an hour instead of every six hours. */
  readonly production: boolean;
}

export const clusters: FleetCluster[] = [
  {
    name: 'berlin-production',
    kubernetesVersion: '1.35.4',
    controlPlanes: ['ber-cp1', 'ber-cp2', 'ber-cp3'],
    nfs: { server: 'nas.ber.example.com', path: '/export/etcd' },
    production: true,
  },
  {
    name: 'berlin-staging',
    kubernetesVersion: '1.36.1',
    controlPlanes: ['ber-staging'],
    nfs: { server: 'nas.ber.example.com', path: '/export/etcd' },
    production: false,
  },
  {
    name: 'lisbon-production',
    kubernetesVersion: '1.34.4',
    controlPlanes: ['lis-cp1', 'lis-cp2', 'lis-cp3', 'lis-cp4', 'lis-cp5'],
    nfs: { server: 'nas.lis.example.com', path: '/export/etcd' },
    production: true,
  },
];
