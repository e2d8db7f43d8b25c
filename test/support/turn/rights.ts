import { ApiServer, serviceAccount } from '../api-server/api-server';

/** Who asks whose turn it is. */
export const TURN = serviceAccount('kube-system', 'turn');

/** Grants what `ClusterUpgrade` grants; the objects that are waited for are in the namespace `default`. */
export async function grantTurn(server: ApiServer): Promise<void> {
  await server.ask('create', 'clusterrole', 'nodes', '--verb=get,list', '--resource=nodes');
  await server.ask('create', 'clusterrolebinding', 'nodes', '--clusterrole=nodes', '--serviceaccount=kube-system:turn');
  await server.ask('create', 'role', 'components', '--namespace=kube-system', '--verb=list', '--resource=pods');
  await server.ask('create', 'rolebinding', 'components', '--namespace=kube-system', '--role=components', '--serviceaccount=kube-system:turn');
  await server.ask('create', 'role', 'turn', '--verb=get', '--resource=configmaps,jobs');
  await server.ask('create', 'rolebinding', 'turn', '--role=turn', '--serviceaccount=kube-system:turn');
}
