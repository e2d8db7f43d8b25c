import { Edit, editLine, indentationOf, pick } from './lines';

const NAMES = ['cp1', 'other', '"cp 1"', '1', 'null', '0x1F', 'yes', '$(NODE)', '${NODE}', 'a#b', 'a: b', ''];
const FOLDERS = ['/var/lib/etcd', '/var/lib/etcd-from-backup', '/var/lib/etcd/', '/mnt/ssd/etcd', '/var/lib', '/', 'data', '"/var/lib/etcd"', '/var/lib/etcd # old'];
const VARIABLES = ['ETCD_NAME', 'ETCD_DATA_DIR', 'ETCD_WAL_DIR', 'ETCD_CONFIG_FILE', 'NODE', 'GOGC'];
const URLS = ['https://192.0.2.11:2379', 'https://127.0.0.1:2379', 'http://0.0.0.0:2379', 'https://192.0.2.11:2379,https://127.0.0.1:2379', 'https://[2001:db8::11]:2379'];
const FILES = ['/etc/kubernetes/pki/etcd/ca.crt', '/etc/kubernetes/pki/etcd/other.key', '/etc/kubernetes/pki/../pki/ca.crt', '/srv/pki/ca.crt', 'ca.crt', '/etc//ssl/a b.crt'];
const NUMBERS = ['6443', '8443', '0', '"1"', '192.0.2.12', '::', 'true'];
const VALUES = [...NAMES, ...FOLDERS, ...URLS, ...FILES, ...NUMBERS];
const FLAGS = [
  'name', 'data-dir', 'wal-dir', 'config-file', 'initial-cluster-token', 'force-new-cluster', 'listen-client-urls', 'advertise-client-urls',
  'listen-peer-urls', 'initial-advertise-peer-urls', 'initial-cluster', 'trusted-ca-file', 'cert-file', 'key-file', 'peer-cert-file',
];
const FLAGS_OF_API_SERVER = [
  'etcd-servers', 'etcd-cafile', 'etcd-certfile', 'etcd-keyfile', 'etcd-prefix', 'secure-port', 'bind-address', 'advertise-address',
  'encryption-provider-config', 'etcd-servers-overrides', 'client-ca-file',
];

/** Puts lines before a container's `image`, as deep as that key is. */
function beforeImage(lines: (blank: string, number: number) => string[]): Edit {
  return editLine(/^\s*image: /, (line, choice) => [...lines(' '.repeat(indentationOf(line)), choice.with), line]);
}

const sidecar = (number: number) => [
  '- args:',
  `  - --name=${pick(['sidecar', 'cp1'], number)}`,
  '  - --data-dir=/tmp/sidecar',
  `  name: ${pick(['sidecar', 'etcd-metrics', 'backup'], number)}`,
  '  image: registry.example.com/sidecar:1.2.3',
  ...pick([[], ['  command: [sleep, infinity]'], ['  command:', '  - etcdctl'], ['  command:', '  - etcd']], number),
];

/** What changes the meaning, as a person does on purpose or by a slip. */
export const CONTENT: Record<string, Edit> = {
  'a flag twice': editLine(/^\s*- --?[a-z-]+=/, (line, choice) => [line, line.replace(/=.*/, `=${pick(VALUES, choice.with)}`)]),
  'another flag': editLine(/^\s*- --?[a-z-]+=/, (line, choice) =>
    [line, `${' '.repeat(indentationOf(line))}- --${pick(FLAGS, choice.at)}=${pick(VALUES, choice.with)}`]),
  'a flag without a value': editLine(/^\s*- --?[a-z-]+=/, (line, choice) => [line, `${' '.repeat(indentationOf(line))}- --${pick(FLAGS, choice.with)}`]),
  'hostPath moved': editLine(/^\s*path: \/var\/lib\/etcd/, (line, choice) => line.replace(/: .*/, `: ${pick(FOLDERS, choice.with)}`)),
  'mountPath moved': editLine(/^\s*- mountPath: \/var\/lib\/etcd/, (line, choice) => line.replace(/: .*/, `: ${pick(FOLDERS, choice.with)}`)),
  'data-dir moved': editLine(/--data-dir=/, (line, choice) => line.replace(/=.*/, `=${pick(FOLDERS, choice.with)}`)),
  'a container before': editLine(/^\s*containers:/, (line, choice) => [line, ...sidecar(choice.with).map((text) => `${' '.repeat(indentationOf(line))}${text}`)]),
  'a container behind': editLine(/^\s*hostNetwork:/, (line, choice) => [...sidecar(choice.with).map((text) => `${' '.repeat(indentationOf(line))}${text}`), line]),
  'a variable': beforeImage((blank, number) => [`${blank}env:`, `${blank}- name: ${pick(VARIABLES, number)}`, `${blank}  value: ${pick([...FOLDERS, ...NAMES], number)}`]),
  'a variable from a field': beforeImage((blank, number) => [
    `${blank}env:`, `${blank}- name: ${pick(VARIABLES, number)}`, `${blank}  valueFrom:`, `${blank}    fieldRef:`, `${blank}      fieldPath: spec.nodeName`,
  ]),
  'variables from elsewhere': beforeImage((blank) => [`${blank}envFrom: [{configMapRef: {name: etcd}}]`]),
  'a user': beforeImage((blank, number) => [`${blank}securityContext:`, `${blank}  runAsUser: ${number % 70000}`]),
  'a mount': editLine(/^\s*volumeMounts:/, (line, choice) => [line, `${' '.repeat(indentationOf(line))}- {name: ${pick(['etcd-data', 'etcd-certs'], choice.at)}, mountPath: ${pick(FOLDERS, choice.with)}}`]),
  'a path within a volume': editLine(/^\s*- mountPath:/, (line, choice) => [line, `${' '.repeat(indentationOf(line) + 2)}subPath${pick(['', 'Expr'], choice.with)}: a/b`]),
  'an annotation': editLine(/^\s*annotations:/, (line, choice) => [line, `${' '.repeat(indentationOf(line) + 2)}${
    pick(['note: "- --name=x"', "example.com/a: '{\"command\":[\"etcd\"]}'", 'example.com/image: etcd', 'note: |\n      - --data-dir=/x\n      hostPath:'], choice.with)}`]),
  'its own network': (text) => text.replace(/^\s*hostNetwork: true\n/m, ''),
};

/** The same, of flags that only the API server has. */
export const CONTENT_OF_API_SERVER: Record<string, Edit> = {
  'a flag of the API server': editLine(/^\s*- --?[a-z-]+=/, (line, choice) =>
    [line, `${' '.repeat(indentationOf(line))}- --${pick(FLAGS_OF_API_SERVER, choice.at)}=${pick(VALUES, choice.with)}`]),
};
