import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** As kubeadm writes it. */
const component = (name: string, ...flags: string[]) => `apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/${name}.advertise-address.endpoint: 10.0.0.2:6443
  name: ${name}
spec:
  containers:
  - command:
    - ${name}
${flags.map((flag) => `    - ${flag}\n`).join('')}    image: registry.k8s.io/${name}:v1.34.4
    resources:
      requests:
        cpu: 250m
  hostNetwork: true
status: {}
`;

const etcd = (folder = '/var/lib/etcd', ...flags: string[]) => `apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - etcd
    - --advertise-client-urls=https://10.0.0.2:2379
    - --data-dir=/var/lib/etcd
    - --initial-advertise-peer-urls=https://10.0.0.2:2380
    - --initial-cluster=cp2=https://10.0.0.2:2380
    - --name=cp2
${flags.map((flag) => `    - ${flag}\n`).join('')}    image: registry.k8s.io/etcd:3.6.5-0
    livenessProbe:
      httpGet:
        path: /livez
    volumeMounts:
    - mountPath: /var/lib/etcd
      name: etcd-data
  volumes:
  - hostPath:
      path: ${folder}
      type: DirectoryOrCreate
    name: etcd-data
`;

const KUBELET = 'apiVersion: kubelet.config.k8s.io/v1beta1\ncontainerRuntimeEndpoint: ""\nkind: KubeletConfiguration\nmaxPods: 110\n';

/** kubeadm and the API are those of the test: kubeadm writes what lies in `would`, and keeps what it was told. */
const COMMANDS = `
here=$1 RECORD=$2/record WORK=$2/work MANIFESTS=$2/manifests KUBELET_FOLDER=$2/kubelet SELF=cp2 TO=1.35.4 HAND_MADE=$3 OPERATION=x ETCD=$6 PATCHES=$7
for library in lib/text lib/version lib/report lib/record packages/source node/control-plane node/etcd upgrade/check upgrade/control-plane upgrade/hand-made; do . "$here/$library.sh"; done
ON_GIVE_UP=stop
stop() { echo "given up: $1: $2"; exit 0; }
say() { echo "$1"; }
node_says() { [ "$1" != kubelet ] || echo v1.34.4; }
node_api() {
  case $* in
    *kubelet-config*) cp "\${MANIFESTS%/*}/settings/kubelet.yaml" "$WORK/answer" ;;
    *) cp "\${MANIFESTS%/*}/settings/cluster.yaml" "$WORK/answer" ;;
  esac
}
KUBEADM=$4
own_tools() {
  shift
  case $* in
    *version*) echo "v$KUBEADM" >"$WORK/answer" ;;
    *'phase etcd local'*) cp "\${MANIFESTS%/*}/would/etcd.yaml" "$WORK/as-kubeadm/" ;;
    *) cp "\${MANIFESTS%/*}"/would/kube-*.yaml "$WORK/as-kubeadm/" ;;
  esac
}
keep_fact role "$5"
check_hand_made && echo passed`;


describeWithTools('what people have changed in files that kubeadm writes anew', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  const put = (path: string, text: string) => writeFileSync(join(folder, path), text);
  const edit = (path: string, from: string, to: string) => {
    const text = readFileSync(join(folder, path), 'utf8');
    expect(text).toContain(from);
    put(path, text.replace(from, to));
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-hand-made-'));
    for (const name of ['record', 'work', 'manifests', 'kubelet', 'would', 'settings']) mkdirSync(join(folder, name));
    for (const name of COMPONENTS) for (const where of ['manifests', 'would']) put(`${where}/${name}.yaml`, component(name, '--bind-address=127.0.0.1', '--profiling=false'));
    for (const where of ['manifests', 'would']) put(`${where}/etcd.yaml`, etcd());
    put('settings/cluster.yaml', 'apiServer: {}\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.34.4\n');
    put('settings/kubelet.yaml', KUBELET);
    put('kubelet/config.yaml', KUBELET.replace('""', 'unix:///run/containerd/containerd.sock'));
    put('kubelet/instance-config.yaml', 'containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock"\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const check = ({ choice = 'refuse', kubeadm = '1.34.4', role = 'control-plane', etcd: what = 'upgrade', patches = '' } = {}) =>
    callLibrary(shell, 'lib/trust.sh', COMMANDS, [PROGRAMS, folder, choice, kubeadm, role, what, patches]).stdout.trim();

  test('nothing was changed: nothing is said', () => {
    expect(check()).toBe('passed');
    expect(readFileSync(join(folder, 'work/cluster.yaml'), 'utf8')).toBe(`apiServer: {}
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.34.4
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: "10.0.0.2"
  bindPort: 6443
nodeRegistration:
  name: "cp2"
  criSocket: unix:///run/none.sock
`);
  });

  test('order, quotes, comments, blanks and the image are no changes', () => {
    put('manifests/kube-scheduler.yaml', `# ours\n${component('kube-scheduler', '"--profiling=false"', '--bind-address=127.0.0.1  ').replace('registry.k8s.io', 'mirror.local/k8s')}`);
    expect(check()).toBe('passed');
  });

  test('a flag that somebody has added, as for encryption or audit, is refused, with the line', () => {
    edit('manifests/kube-apiserver.yaml', '    - --profiling=false\n', '    - --profiling=false\n    - --encryption-provider-config=/etc/kubernetes/enc.yaml\n');
    expect(check()).toMatch(/would be gone: \S+kube-apiserver.yaml: - --encryption-provider-config=\/etc\/kubernetes\/enc.yaml: put it into/);
  });

  test('a value that somebody has changed, and one that stands twice', () => {
    edit('manifests/kube-controller-manager.yaml', '--bind-address=127.0.0.1', '--bind-address=0.0.0.0');
    edit('manifests/kube-scheduler.yaml', '        cpu: 250m\n', '        cpu: 250m\n      limits:\n        cpu: 250m\n');
    expect(check()).toMatch(/manager.yaml: - --bind-address=0.0.0.0; \S+scheduler.yaml: limits:; \S+scheduler.yaml: cpu: 250m: put/);
  });

  test('by choice it may be gone, and is said', () => {
    edit('manifests/kube-apiserver.yaml', '    - --profiling=false\n', '    - --profiling=false\n    - --audit-log-path=-\n');
    expect(check({ choice: 'drop' })).toMatch(/^kubeadm writes these files anew, without what people have changed: .*--audit-log-path=-\npassed$/);
  });

  test('what may be a secret in them is not shown: values of variables and headers, and passwords in URLs', () => {
    // kubeadm writes the proxy of a person's shell there.
    edit('manifests/kube-apiserver.yaml', '    resources:\n', '    env:\n    - name: HTTPS_PROXY\n      value: http://svc:S3cr3t@proxy:3128\n    - {name: HTTP_PROXY, value: svc:S3cr3t@proxy}\n    resources:\n');
    edit('manifests/kube-scheduler.yaml', '    - --profiling=false\n', '    - --profiling=true\n    - --webhook=https://svc:S3cr3t@hook/path\n    - --token-file=/etc/token\n    - --client-token=S3cr3t\n');
    put('kubelet/config.yaml', KUBELET.replace('""', 'unix:///run/containerd/containerd.sock') + 'staticPodURL: "https://svc:S3cr3t@pods/"\nstaticPodURLHeader:\n  Authorization:\n  - Bearer S3cr3t\n  X-Key: [S3cr3t]\nclusterDNS:\n- 10.0.0.10\n');
    for (const choice of ['refuse', 'drop']) {
      const said = check({ choice });
      expect(said).not.toContain('S3cr3t');
      expect(said).not.toContain('svc');
      for (const shown of [
        'name: HTTPS_PROXY;', 'yaml: value: ***', 'name: HTTP_PROXY, value: ***', '--profiling=true;', '--webhook=https://***@hook/path',
        '--token-file=/etc/token;', '--client-token=***', 'staticPodURL: https://***@pods/', 'staticPodURLHeader: ***', 'clusterDNS:;',
      ]) expect(said).toContain(shown);
    }
  });

  test.each<[string, [string, string]]>([
    ['another folder on the host, as after a restore by hand', ['path: /var/lib/etcd', 'path: /var/lib/etcd-from-backup']],
    ['another folder by its flag', ['--data-dir=/var/lib/etcd', '--data-dir=/var/lib/etcd/new']],
    ['another address', ['--advertise-client-urls=https://10.0.0.2:2379', '--advertise-client-urls=https://192.168.0.2:2379']],
    ['another name', ['--name=cp2', '--name=node-2']],
  ])('etcd with %s is refused, whatever was chosen', (_, [from, to]) => {
    edit('manifests/etcd.yaml', from, to);
    for (const choice of ['refuse', 'drop']) {
      expect(check({ choice })).toMatch(/^given up: kubeadm would write etcd's manifest anew, and not as etcd runs here: .*: make the two agree/);
    }
  });

  test('a folder of etcd\'s log that only kubeadm\'s settings name would be an empty one', () => {
    edit('would/etcd.yaml', '    - --name=cp2\n', '    - --name=cp2\n    - --wal-dir=/var/lib/wal\n');
    expect(check({ choice: 'drop' })).toMatch(/kubeadm's settings have - --wal-dir=\/var\/lib\/wal, \S+etcd.yaml has not. etcd would begin on other data/);
  });

  test('where etcd is kept, its manifest is nobody\'s business', () => {
    edit('manifests/etcd.yaml', 'path: /var/lib/etcd', 'path: /var/lib/etcd-from-backup');
    expect(check({ etcd: 'keep' })).toBe('passed');
  });

  test('patches are told to kubeadm, and those of the kubelet are no changes by hand', () => {
    edit('kubelet/config.yaml', 'maxPods: 110', 'maxPods: 250');
    mkdirSync(join(folder, 'patches'));
    put('patches/kubeletconfiguration0+merge.yaml', 'maxPods: 250\n');
    expect(check({ patches: join(folder, 'patches') })).toBe('passed');
    expect(readFileSync(join(folder, 'work/cluster.yaml'), 'utf8')).toMatch(/\npatches:\n {2}directory: "\S+\/patches"\n$/);
    put('patches/kubeletconfiguration0+merge.yaml', 'maxPods: 200\n');
    expect(check({ patches: join(folder, 'patches') })).toContain('config.yaml: maxPods: 250');
  });

  test('what only a joining etcd looks at, and what old kubeadms wrote, is no change of etcd', () => {
    put('manifests/etcd.yaml', etcd('/var/lib/etcd', '--initial-cluster-state=existing', '--experimental-initial-corrupt-check=true').replace(
      '--initial-cluster=cp2=https://10.0.0.2:2380', '--initial-cluster=cp1=https://10.0.0.1:2380,cp2=https://10.0.0.2:2380',
    ).replace('path: /livez', 'path: /health?serializable=true').replace('spec:\n', 'spec:\n  priority: 1\n'));
    expect(check()).toBe('passed');
  });

  test('etcd\'s quota is refused as any other flag, and may be dropped', () => {
    put('manifests/etcd.yaml', etcd('/var/lib/etcd', '--quota-backend-bytes=8589934592'));
    expect(check()).toMatch(/would be gone: \S+etcd.yaml: - --quota-backend-bytes=8589934592: put/);
    expect(check({ choice: 'drop' })).toMatch(/passed$/);
  });

  test('what a failed attempt has left is no change by a person; etcd\'s data is looked at all the same', () => {
    edit('manifests/kube-apiserver.yaml', '    - --profiling=false\n', '    - --new=true\n');
    expect(check({ kubeadm: '1.35.4' })).toMatch(/^the manifests here are not all of kubeadm's own version: .*\npassed$/);
    edit('manifests/etcd.yaml', 'path: /var/lib/etcd', 'path: /var/lib/other');
    expect(check({ kubeadm: '1.35.4' })).toMatch(/^given up: kubeadm would write etcd's manifest anew/);
  });

  test.each(['control-plane', 'worker'])('the kubelet\'s settings of a %s are those of the cluster and of this node', (role) => {
    edit('kubelet/config.yaml', 'maxPods: 110', 'maxPods: 250');
    expect(check({ role })).toMatch(/would be gone: \S+kubelet\/config.yaml: maxPods: 250: put/);
    edit('settings/cluster.yaml', 'v1.34.4', 'v1.35.4');
    expect(check({ role })).toMatch(/^the kubelet's settings in the cluster are of another minor: .*\npassed$/);
  });

  test('a manifest that kubeadm has not made is refused', () => {
    edit('manifests/kube-apiserver.yaml', 'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: 10.0.0.2:6443', 'made-by: hand');
    expect(check()).toMatch(/^given up: \S+kube-apiserver.yaml does not say its address and its version as kubeadm writes them/);
  });
}));
