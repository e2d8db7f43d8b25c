import { parse, stringify } from 'yaml';
import { kubeconfigOf } from './kubeconfig';

test('every API server can be asked by the name of its node, with the administrator’s certificate', () => {
  const admin = stringify({
    clusters: [{ name: 'kubernetes', cluster: { 'certificate-authority-data': 'CA', 'server': 'https://api.day2.test:6443' } }],
    users: [{ name: 'kubernetes-admin', user: { 'client-certificate-data': 'CERT' } }],
  });
  const config = parse(kubeconfigOf(admin, [{ name: 'cp1', address: '10.77.0.11' }, { name: 'cp2', address: '10.77.0.12' }]));
  expect(config['current-context']).toBe('cp1');
  expect(config.contexts.map(({ name }: { name: string }) => name)).toEqual(['cp1', 'cp2']);
  expect(config.clusters[1]).toEqual({ name: 'cp2', cluster: { 'certificate-authority-data': 'CA', 'server': 'https://10.77.0.12:6443' } });
  expect(config.users[0].user).toEqual({ 'client-certificate-data': 'CERT' });
});
