import { Refused, Row } from '../row';
import { cp1 } from './cp1';

const of = 'etcd';
const source = 'Kubernetes, environment of containers; etcd, configuration by variables';
const variable = /\$|variable|valueFrom|env/i;

const FROM_FILE: Refused = { refused: /config-file|CONFIG_FILE/, because: 'etcd reads the file and passes over its flags' };

/** Settings by variables, and variables in flags. */
export const ENVIRONMENT: Row[] = [
  { file: 'env-data-dir-and-name', title: 'ETCD_DATA_DIR and ETCD_NAME', of, source, expect: cp1() },
  { file: 'env-in-flow', title: 'the same in braces', of, source, expect: cp1() },
  {
    file: 'env-alone',
    title: 'no flags at all',
    of,
    source: 'sapcc/kubernetes-the-hard-way, docs/05-Manifests.md',
    expect: cp1({}, { image: 'quay.io/coreos/etcd:v3.6.5' }),
  },
  { file: 'env-wal-dir', title: 'ETCD_WAL_DIR', of, source, expect: cp1({ 'wal-dir': '/wal' }) },
  { file: 'env-flag-wins', title: 'a flag and its variable', of, source, expect: cp1() },
  { file: 'env-twice', title: 'a variable twice, of which the last one counts', of, source, expect: cp1() },
  { file: 'env-empty', title: 'empty variables, which etcd passes over', of, source, expect: cp1({ 'wal-dir': '', 'config-file': '' }) },
  {
    file: 'env-without-value',
    title: 'a variable with null for a value',
    of,
    source,
    expect: { refused: /value|null|empty/i, because: 'null is no word; the kubelet takes it for an empty one', meaning: cp1({ 'wal-dir': '' }) },
    typescript: 'understood',
  },
  { file: 'env-literal-in-flags', title: '$(HOST_IP) with a value', of, source, expect: cp1() },
  { file: 'env-from-field-elsewhere', title: 'GOMAXPROCS from a field, which no flag uses', of, source: 'metal and edge distributions', expect: cp1() },
  {
    file: 'env-pod-ip-in-flags',
    title: '$(POD_IP) from a field, in URLs',
    of,
    source: 'charts turned into static pods',
    expect: { refused: variable, because: 'only the node knows the value' },
  },
  {
    file: 'env-pod-ip-in-metrics',
    title: '$(POD_IP) from a field, where it does not matter',
    of,
    source: 'charts turned into static pods',
    typescript: 'understood',
    expect: { refused: variable, because: 'a flag with a value that only the node knows is declined, whichever', meaning: cp1() },
  },
  {
    file: 'env-name-from-field',
    title: 'ETCD_NAME from a field',
    of,
    source: 'charts turned into static pods',
    expect: { refused: variable, because: 'only the node knows the value' },
  },
  {
    file: 'env-from',
    title: 'envFrom',
    of,
    source: 'Kubernetes, environment of containers',
    expect: { refused: /envFrom/, because: 'any variable of etcd may be in it' },
  },
  {
    file: 'env-nested',
    title: 'a variable in a variable',
    of,
    source,
    expect: { refused: variable, because: 'only literal values are put in', meaning: cp1() },
    typescript: 'understood',
  },
  {
    file: 'env-unknown-in-flags',
    title: '$(NODE_NAME), which is none',
    of,
    source,
    expect: { refused: variable, because: 'Kubernetes leaves it as it stands, and nobody meant that' },
  },
  {
    file: 'env-braces-in-flags',
    title: '${NODE}, which only a shell knows',
    of,
    source,
    expect: { refused: variable, because: 'Kubernetes leaves it as it stands, and nobody meant that' },
  },
  {
    file: 'env-dollar-doubled',
    title: '$$(TOKEN), which is $(TOKEN) for etcd',
    of,
    source,
    typescript: 'understood',
    expect: { refused: variable, because: 'declined', meaning: cp1({ 'initial-cluster-token': '$(TOKEN)' }) },
  },
  {
    file: 'env-boolean',
    title: 'value: true without quotes',
    of,
    source,
    expect: { refused: /true|boolean|quote|string/i, because: 'the kubelet wants words' },
  },
  { file: 'env-config-file', title: 'ETCD_CONFIG_FILE', of, source: 'etcd, configuration file', expect: FROM_FILE },
  { file: 'config-file', title: '--config-file', of, source: 'etcd, configuration file', expect: FROM_FILE },
];
