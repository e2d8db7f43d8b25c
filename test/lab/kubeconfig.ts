import { parse, stringify } from 'yaml';

interface Kubeconfig {
  readonly clusters: { readonly cluster: { readonly 'certificate-authority-data': string } }[];
  readonly users: { readonly user: object }[];
}

/** An administrator's access with a context for each API server, named as its node: each must be usable when others fail. */
export function kubeconfigOf(admin: string, apiServers: { name: string; address: string }[]): string {
  const { clusters: [{ cluster }], users: [{ user }] } = parse(admin) as Kubeconfig;
  return stringify({
    'apiVersion': 'v1',
    'kind': 'Config',
    'clusters': apiServers.map(({ name, address }) => ({ name, cluster: { ...cluster, server: `https://${address}:6443` } })),
    'users': [{ name: 'admin', user }],
    'contexts': apiServers.map(({ name }) => ({ name, context: { cluster: name, user: 'admin' } })),
    'current-context': apiServers[0].name,
  });
}
