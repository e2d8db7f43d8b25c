import { Cluster } from './cluster';
import { etcdCertificates, externalEtcdClient } from './kubeadm';
import { NspawnNode } from './nspawn-node';

/** Where the machines have their certificates, as kubeadm lays them out. */
const pki = '/etc/kubernetes/pki';
const configuration = '/root/certificates.yaml';

/** Starts the etcd cluster outside the Kubernetes cluster, and gives the control planes what they need to talk to it. */
export async function startExternalEtcd({ plan, etcdMembers: members, controlPlanes }: Cluster): Promise<void> {
  const initialCluster = members.map(({ name, address }) => `${name}=https://${address}:2380`).join(',');
  const [first, ...others] = members;
  // kubeadm lives on the control planes: there it signs, for each member by itself, with one authority.
  const [signer] = controlPlanes;
  const certs = async (node: NspawnNode, ...phases: string[]) => {
    await signer.writeFile(configuration, etcdCertificates(plan, plan.nodes.find(({ name }) => name === node.name)!));
    for (const phase of phases) await signer.run(['kubeadm', 'init', 'phase', 'certs', phase, '--config', configuration]);
  };
  await certs(first, 'etcd-ca', 'etcd-healthcheck-client', 'apiserver-etcd-client');
  for (const member of [first, ...others]) {
    await signer.shell('cd "$1" && rm -f server.* peer.*', `${pki}/etcd`);
    // The node's own name is among the names in the certificate: here, the signer's, which does no harm.
    await certs(member, 'etcd-server', 'etcd-peer');
    for (const name of ['ca', 'server', 'peer', 'healthcheck-client']) await copyPair(signer, member, `${pki}/etcd/${name}`);
    await member.writeFile('/etc/systemd/system/etcd.service', unit(member, initialCluster));
    await member.shell(`
      id etcd >/dev/null 2>&1 || useradd --system --home-dir /var/lib/etcd --shell /usr/sbin/nologin etcd
      install -d -m 700 -o etcd -g etcd /var/lib/etcd
      chown -R etcd:etcd ${pki}/etcd
      systemctl daemon-reload
      systemctl enable --quiet etcd`);
  }
  await signer.shell('cd "$1" && rm -f server.* peer.* ca.key', `${pki}/etcd`);
  for (const controlPlane of controlPlanes.slice(1)) {
    await controlPlane.writeFile(externalEtcdClient.ca, await signer.readFile(externalEtcdClient.ca));
    await copyPair(signer, controlPlane, externalEtcdClient.name);
  }
  // A member is started when it has found the others.
  await Promise.all(members.map((member) => member.run(['systemctl', 'start', 'etcd'])));
}

async function copyPair(from: NspawnNode, to: NspawnNode, path: string): Promise<void> {
  await to.writeFile(`${path}.crt`, await from.readFile(`${path}.crt`));
  await to.writeFile(`${path}.key`, await from.readFile(`${path}.key`), '600');
}

function unit({ name, address }: NspawnNode, initialCluster: string): string {
  const file = (certificate: string) => `${pki}/etcd/${certificate}`;
  const flags = [
    `--name=${name}`,
    '--data-dir=/var/lib/etcd',
    `--listen-client-urls=https://127.0.0.1:2379,https://${address}:2379`,
    `--advertise-client-urls=https://${address}:2379`,
    `--listen-peer-urls=https://${address}:2380`,
    `--initial-advertise-peer-urls=https://${address}:2380`,
    '--listen-metrics-urls=http://127.0.0.1:2381',
    `--initial-cluster=${initialCluster}`,
    '--initial-cluster-state=new',
    '--initial-cluster-token=external-etcd',
    '--client-cert-auth=true',
    `--cert-file=${file('server.crt')}`,
    `--key-file=${file('server.key')}`,
    `--trusted-ca-file=${file('ca.crt')}`,
    '--peer-client-cert-auth=true',
    `--peer-cert-file=${file('peer.crt')}`,
    `--peer-key-file=${file('peer.key')}`,
    `--peer-trusted-ca-file=${file('ca.crt')}`,
  ];
  return `[Unit]
Description=etcd
After=network.target prepare-node.service
[Service]
Type=notify
User=etcd
ExecStart=/usr/local/bin/etcd ${flags.join(' \\\n  ')}
Restart=on-failure
RestartSec=2
LimitNOFILE=65536
TimeoutStartSec=infinity
[Install]
WantedBy=multi-user.target
`;
}
