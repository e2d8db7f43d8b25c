/** A folder of the machine in a container. */
export interface StubMount {
  readonly name: string;
  readonly mountPath: string;
  /** Where it is on the machine. @default - at the same path */
  readonly hostPath?: string;
  /** A folder in it. */
  readonly subPath?: string;
}

/** How a static pod starts its program; as kubeadm does it by default. */
export interface StubShape {
  /** @default 'command' */
  readonly words?: 'command' | 'args' | 'both' | 'flow' | 'shell' | 'tini' | 'script';
  readonly env?: Record<string, string>;
}

function wordsOf(name: string, args: readonly string[], words: StubShape['words']): string {
  const flags = args.map((argument) => `--${argument}`);
  switch (words) {
    // A program that an image starts by itself.
    case 'args': return `  - args:\n${flags.map((flag) => `    - ${flag}`).join('\n')}`;
    case 'both': return `  - command:\n    - ${name}\n    args:\n${flags.map((flag) => `    - ${flag}`).join('\n')}`;
    case 'tini': return `  - command:\n${['tini', '--', name, ...flags].map((word) => `    - ${word}`).join('\n')}`;
    case 'script': return `  - command:\n${[`start-${name}`, ...flags].map((word) => `    - ${word}`).join('\n')}`;
    case 'flow': return `  - command: [${[name, ...flags].map((word) => `"${word}"`).join(', ')}]`;
    case 'shell': return `  - command: [sh, -c, "exec ${[name, ...flags].join(' ')}"]`;
    default: return `  - command:\n    - ${name}\n${flags.map((flag) => `    - ${flag}`).join('\n')}`;
  }
}

/** Static pods as kubeadm writes them, as far as a restore looks. */
export function staticPod(
  name: string, image: string, args: readonly string[], mounts: readonly StubMount[] = [], { words, env = {} }: StubShape = {},
): string {
  const variables = Object.entries(env).map(([variable, value]) => `    - name: ${variable}\n      value: ${value}\n`).join('');
  return `apiVersion: v1
kind: Pod
metadata:
  labels:
    component: ${name}
    tier: control-plane
  name: ${name}
  namespace: kube-system
spec:
  containers:
${wordsOf(name, args, words)}
${variables === '' ? '' : `    env:\n${variables}`}    image: ${image}
    imagePullPolicy: IfNotPresent
    livenessProbe:
      failureThreshold: 8
      httpGet:
        host: 127.0.0.1
        path: /health?exclude=NOSPACE&serializable=true
        port: 2381
        scheme: HTTP
    name: ${name}
    resources:
      requests:
        cpu: 100m
    volumeMounts:
${mounts.map((mount) => `    - mountPath: ${mount.mountPath}\n      name: ${mount.name}${mount.subPath ? `\n      subPath: ${mount.subPath}` : ''}`).join('\n')}
  hostNetwork: true
  priorityClassName: system-node-critical
  volumes:
${mounts.map((mount) => `  - hostPath:\n      path: ${mount.hostPath ?? mount.mountPath}\n      type: DirectoryOrCreate\n    name: ${mount.name}`).join('\n')}
status: {}
`;
}

export interface EtcdArguments {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  /** Where it listens; its URLs may name it. */
  readonly address: string;
  readonly initialCluster: string;
  readonly dataDir: string;
  /** Folder of `/etc/kubernetes/pki/etcd`. */
  readonly pki: string;
}

/** As kubeadm tells etcd; a flag each, without the dashes. */
export function etcdArguments({ name, clientUrl, peerUrl, address, initialCluster, dataDir, pki }: EtcdArguments): string[] {
  const listening = (url: string) => `https://${address}:${new URL(url).port}`;
  return [
    `advertise-client-urls=${clientUrl}`,
    `cert-file=${pki}/server.crt`,
    'client-cert-auth=true',
    `data-dir=${dataDir}`,
    `initial-advertise-peer-urls=${peerUrl}`,
    `initial-cluster=${initialCluster}`,
    `key-file=${pki}/server.key`,
    `listen-client-urls=${listening(clientUrl)}`,
    `listen-peer-urls=${listening(peerUrl)}`,
    `name=${name}`,
    `peer-cert-file=${pki}/peer.crt`,
    'peer-client-cert-auth=true',
    `peer-key-file=${pki}/peer.key`,
    `peer-trusted-ca-file=${pki}/ca.crt`,
    'snapshot-count=10000',
    `trusted-ca-file=${pki}/ca.crt`,
    // Not kubeadm's: the elections of a test need not wait as long.
    'heartbeat-interval=50',
    'election-timeout=500',
    'logger=zap',
  ];
}

export interface ApiServerArguments {
  /** Names it among the writes. */
  readonly address: string;
  readonly port: number;
  readonly etcdServers: readonly string[];
  /** Folder of `/etc/kubernetes/pki`. */
  readonly pki: string;
  /** Where it notes what etcd has accepted. */
  readonly auditLog: string;
}

export function apiServerArguments({ address, port, etcdServers, pki, auditLog }: ApiServerArguments): string[] {
  return [
    `advertise-address=${address}`,
    'allow-privileged=true',
    `audit-log-path=${auditLog}`,
    'authorization-mode=Node,RBAC',
    `client-ca-file=${pki}/ca.crt`,
    `etcd-cafile=${pki}/etcd/ca.crt`,
    `etcd-certfile=${pki}/apiserver-etcd-client.crt`,
    `etcd-keyfile=${pki}/apiserver-etcd-client.key`,
    `etcd-servers=${etcdServers.join(',')}`,
    `secure-port=${port}`,
    `service-account-key-file=${pki}/sa.pub`,
    `tls-cert-file=${pki}/apiserver.crt`,
    `tls-private-key-file=${pki}/apiserver.key`,
  ];
}
