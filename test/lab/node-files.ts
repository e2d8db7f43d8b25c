import { randomUUID } from 'crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { NodePlan, network, Plan } from './topology';

/** The name under which kubeadm's configuration knows the API. */
export const apiHost = 'api.day2.test';

/** What sets one node apart from Debian's root file system, as paths on the node with their content. */
export function nodeFiles(plan: Plan, node: NodePlan): Record<string, string> {
  const common = {
    '/etc/hostname': `${node.name}\n`,
    '/etc/machine-id': `${randomUUID().replaceAll('-', '')}\n`,
    // Until it is one itself, a control plane joins by the first one's API server.
    '/etc/hosts': hosts(plan, plan.nodes[0]),
    // No name server: a look-up fails at once, and so does a pull from a registry.
    '/etc/resolv.conf': '',
    '/usr/local/sbin/prepare-node': prepareNode(plan, node),
    '/etc/systemd/system/prepare-node.service': prepareNodeUnit,
    '/etc/systemd/journald.conf.d/lab.conf': '[Journal]\nStorage=persistent\nRateLimitBurst=0\n',
  };
  if (node.role === 'etcd') return common;
  return {
    ...common,
    '/etc/containerd/config.toml': containerdConfig(plan),
    '/etc/cni/net.d/10-pods.conflist': podNetwork(node),
    '/etc/systemd/system/kubelet.service.d/20-lab.conf': '[Unit]\nAfter=containerd.service prepare-node.service\n',
    '/etc/default/kubelet': `KUBELET_EXTRA_ARGS=--node-ip=${node.address}\n`,
  };
}

/** Units that start at boot, and where they are. */
function enabledUnits(node: NodePlan): [string, string][] {
  const units: [string, string][] = [['prepare-node.service', '/etc/systemd/system']];
  return node.role === 'etcd' ? units : [...units, ['containerd.service', '/etc/systemd/system'], ['kubelet.service', '/usr/lib/systemd/system']];
}

/** Writes a node's own files into the layer that lies over the shared root file system. */
export function writeNodeFiles(plan: Plan, node: NodePlan, layer: string): void {
  for (const [path, content] of Object.entries(nodeFiles(plan, node))) {
    const file = join(layer, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    if (path.includes('/sbin/')) chmodSync(file, 0o755);
  }
  const wants = join(layer, '/etc/systemd/system/multi-user.target.wants');
  mkdirSync(wants, { recursive: true });
  for (const [unit, folder] of enabledUnits(node)) symlinkSync(`${folder}/${unit}`, join(wants, unit));
  if (node.role === 'etcd') {
    // The shared root file system has containerd enabled.
    symlinkSync('/dev/null', join(layer, '/etc/systemd/system/containerd.service'));
    return;
  }
  symlinkSync('/lib/systemd/system/containerd.service', join(layer, '/etc/systemd/system/containerd.service'));
  mkdirSync(join(layer, '/opt/cni'), { recursive: true });
  symlinkSync('/usr/lib/cni', join(layer, '/opt/cni/bin'));
}

/** The names of all nodes, and the API's as that of one of them: no load balancer is needed. */
export function hosts({ nodes }: Plan, api: NodePlan): string {
  return ['127.0.0.1 localhost', ...nodes.map(({ name, address }) => `${address} ${name}`), `${api.address} ${apiHost}`, ''].join('\n');
}

/** What a container in place of a machine lacks, and the node's network, with a route to the pods of every other node. */
function prepareNode({ nodes }: Plan, node: NodePlan): string {
  const routes = nodes.filter((other) => other !== node && other.role !== 'etcd').map((other) => `ip route replace ${other.podSubnet} via ${other.address}`);
  return [
    '#!/bin/sh',
    'set -eu',
    'for group in /sys/fs/cgroup/*; do if mountpoint -q "$group"; then mount -o remount,bind,rw "$group"; fi; done',
    'mount --make-rshared /',
    // kubelet wants to read the kernel's log, which isn't the node's.
    '[ -e /dev/kmsg ] || ln -s /dev/null /dev/kmsg',
    // Disks of a fixed size are files behind these.
    '[ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237',
    'for number in 0 1 2 3 4 5 6 7; do [ -e /dev/loop$number ] || mknod /dev/loop$number b 7 $number; done',
    `ip address replace ${node.address}/${network.prefixLength} dev host0`,
    'ip link set host0 up',
    `ip route replace default via ${network.gateway}`,
    ...routes,
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
    '',
  ].join('\n');
}

const prepareNodeUnit = `[Unit]
DefaultDependencies=no
After=local-fs.target
Before=containerd.service kubelet.service etcd.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/prepare-node
`;

function containerdConfig({ pause }: Plan): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
[${cri}]
  sandbox_image = "registry.k8s.io/pause:${pause}"
  restrict_oom_score_adj = true
  disable_apparmor = true
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
`;
}

function podNetwork({ podSubnet }: NodePlan): string {
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      { type: 'ptp', ipMasq: true, ipam: { type: 'host-local', ranges: [[{ subnet: podSubnet }]], routes: [{ dst: '0.0.0.0/0' }] } },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}
