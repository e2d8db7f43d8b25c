import { EtcdCluster } from '../../src/cluster/etcd-cluster';

jest.spyOn(console, 'warn').mockImplementation();

const FLAGS = ['--name=cp1', '--data-dir=/var/lib/etcd', '--advertise-client-urls=http://10.0.0.1:2379'];

interface Parts {
  /** Lines of YAML below the container, at its indentation. */
  readonly container?: string;
  readonly command?: string;
  readonly beside?: string;
  readonly before?: string;
  readonly after?: string;
  readonly mount?: string;
}

function manifest({ container = '', command, beside = '', before = '', after = '', mount = '' }: Parts = {}): string {
  return `${before}kind: Pod
spec:
  containers:
  - name: etcd
    image: registry.k8s.io/etcd:3.5.21-0
${command ?? `    command:\n    - etcd\n${FLAGS.map((flag) => `    - ${flag}\n`).join('')}`}${container}    volumeMounts:
    - {name: data, mountPath: /var/lib/etcd${mount}}
${beside}  volumes:
  - {name: data, hostPath: {path: /var/lib/etcd}}
${after}`;
}

const read = (parts?: Parts) => EtcdCluster.fromStaticPodManifest(manifest(parts), { name: 'prod' });
const withWords = (...words: string[]) => ({ command: `    command: ${JSON.stringify(['etcd', ...FLAGS, ...words])}\n` });
const withScript = (script: string, container = '') => ({ command: `    command: ${JSON.stringify(['sh', '-c', script])}\n`, container });
const flags = FLAGS.join(' ');

test('what the cases below are measured against is fine', () => expect(read().controlPlanes).toEqual(['cp1']));

describe('words that YAML doesn\'t take for text, and Kubernetes refuses', () => {
  test.each([
    ['command', '2379', 'got 2379, which YAML takes for a number'],
    ['command', 'true', 'got true, which YAML takes for a boolean'],
    ['command', 'yes', 'got true, which YAML takes for a boolean'],
    ['command', '', 'got null, which YAML takes for nothing'],
    ['command', '~', 'got null, which YAML takes for nothing'],
    ['command', '{a: b}', 'got {"a":"b"}, which YAML takes for a object'],
  ])('in %s: %s', (_, word, message) => {
    const command = `    command:\n    - etcd\n${FLAGS.map((flag) => `    - ${flag}\n`).join('')}    - ${word}\n`;
    expect(() => read({ command })).toThrow(`manifest must have text in command of etcd's container, ${message} and Kubernetes refuses: put it into quotes`);
    expect(() => read({ container: `    args: [${word || '~'}]\n` })).toThrow(`manifest must have text in args of etcd's container, ${message}`);
  });

  test.each([['ETCD_SNAPSHOT_COUNT', '10000', 'number'], ['OTHER', 'true', 'boolean']])('in the variable %s: %s', (name, value, type) => {
    expect(() => read({ container: `    env: [{name: ${name}, value: ${value}}]\n` })).toThrow(
      `manifest must have text in env ${name} of etcd's container, got ${value}, which YAML takes for a ${type} and Kubernetes refuses: put it into quotes`);
  });

  test('in quotes they are text', () => {
    expect(read({ container: '    args: ["--snapshot-count", "10000"]\n    env: [{name: A, value: "1"}, {name: B}]\n' }).controlPlanes).toEqual(['cp1']);
  });

  test('anchors are resolved', () => {
    const command = `    command: &words [etcd, ${FLAGS.slice(0, 1).join()}]\n    args: ${JSON.stringify(FLAGS)}\n`;
    expect(read({ command, container: '    x-copy: *words\n' }).controlPlanes).toEqual(['cp1']);
  });

  test('one text where Kubernetes takes a list', () => {
    expect(() => read({ command: `    command: etcd ${flags}\n` })).toThrow('manifest must have a list as command of etcd\'s container, got "etcd --name=cp1');
  });

  test('a variable without a name', () => {
    expect(() => read({ container: '    env: [{value: x}]\n' })).toThrow('manifest must have text in env of etcd\'s container, got undefined');
    expect(() => read({ container: '    env: [~]\n' })).toThrow('manifest must have text in env of etcd\'s container, got undefined');
  });
});

describe('variables that only the node knows', () => {
  test.each(['    envFrom: [{configMapRef: {name: etcd}}]\n', '    envFrom: {secretRef: {name: etcd}}\n'])('%j', (container) => {
    expect(() => read({ container })).toThrow('manifest has envFrom in etcd\'s container, whose variables are known only in the cluster: replace it by env with their values');
  });

  test('one of etcd\'s with valueFrom, whether it is read here or not', () => {
    const container = '    env: [{name: ETCD_WAL_DIR, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]\n';
    expect(() => read({ container })).toThrow('manifest has ETCD_WAL_DIR with valueFrom, which is known only on the node: replace it by its value in what is read here');
  });

  test('others may have it, as etcdctl\'s and those that nobody uses', () => {
    expect(read({ container: '    env: [{name: ETCDCTL_API, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]\n    envFrom: []\n' }).controlPlanes).toEqual(['cp1']);
  });
});

describe('$(NAME) in words and variables', () => {
  const container = '    env: [{name: HOST, value: 10.0.0.9}, {name: NAME, value: cp-$(HOST)}, {name: LATE, value: $(LATER)}, {name: LATER, value: x}]\n';
  const nameOf = (value: string) => read({ ...withWords(`--name=${value}`), container }).controlPlanes[0];

  test('is replaced, in variables by those before', () => expect(nameOf('$(NAME)')).toBe('cp-10.0.0.9'));
  test.each(['$(LATE)', '$(OTHER)', '$$(HOST)', '$HOST', '${HOST}'])('%s is known only on the node, or nowhere', (value) => {
    expect(() => nameOf(value)).toThrow(/^manifest has --name=.*, which is known only on the node: replace it by its value in what is read here$/);
  });
});

describe('words that etcd doesn\'t start with', () => {
  test.each([
    ['behind a flag with its value', ['--quota-backend-bytes=1', 'y'], '"y" after --quota-backend-bytes=1'],
    ['behind a flag that takes none', ['--client-cert-auth', 'true'], '"true" after --client-cert-auth'],
    ['at the end', ['x'], '"x" after --advertise-client-urls=http://10.0.0.1:2379'],
    ['behind two dashes', ['--', 'x'], '"--" after --advertise-client-urls'],
    ['of blanks', [' '], '" " after'],
  ])('%s', (_, words, message) => {
    expect(() => read(withWords(...words))).toThrow(`manifest has the word ${message}`);
  });

  test('a flag that lacks its value', () => {
    expect(() => read(withWords('--name'))).toThrow('manifest has --name without a value: give it one, or leave it out');
    expect(() => read(withWords('--data-dir', '--name=cp1'))).toThrow('manifest has --data-dir without a value');
  });

  test('another program, whose flags are its own', () => {
    expect(() => read({ command: '    command: [/start.sh, --name=cp1]\n' }))
      .toThrow('manifest has the word "/start.sh", where etcd takes only flags');
  });
});

describe('which etcd is meant', () => {
  const sidecar = (name: string, command: string[]) => ({ beside: `  - {name: ${name}, command: ${JSON.stringify(command)}}\n` });

  test.each([
    ['another container that runs it', sidecar('events', ['/usr/bin/etcd', '--name=b', '--data-dir=/b']), 'etcd, events'],
    ['another one by a shell', sidecar('events', ['sh', '-c', 'exec etcd --name=b']), 'etcd, events'],
    ['another one of its name', sidecar('etcd', ['sleep']), 'etcd, etcd'],
    ['one without a name', { beside: '  - {command: [etcd]}\n' }, 'etcd, one without a name'],
  ])('not clear with %s', (_, parts, names) => {
    expect(() => read(parts))
      .toThrow(`manifest must have one container that runs etcd, got ${names}: leave out those that don't belong to the cluster`);
  });

  test.each([
    ['that only names it', sidecar('backup', ['backup', '--from', '/var/lib/etcd', '--name=etcd'])],
    ['that runs a proxy', sidecar('proxy', ['etcd', 'grpc-proxy', 'start', '--endpoints=x'])],
    ['of etcdctl in a shell', sidecar('defrag', ['sh', '-c', 'while sleep 1; do etcdctl --name=etcd defrag; done'])],
    ['whose words nobody can read', { beside: '  - {name: x, command: etcd, args: [1]}\n' }],
  ])('clear beside a container %s', (name, parts) => {
    if (name.startsWith('whose')) return expect(() => read(parts)).toThrow('got etcd, x');
    return expect(read(parts).controlPlanes).toEqual(['cp1']);
  });

  test('a second pod, of which the kubelet reads none', () => {
    const message = 'manifest must hold one pod, got 2: the kubelet reads one of a file, so leave the others out';
    expect(() => read({ after: '---\nkind: Pod\nspec: {containers: [{name: x}]}\n' })).toThrow(message);
    expect(() => read({ before: 'kind: Pod\n---\n' })).toThrow(message);
    expect(read({ before: 'kind: ConfigMap\n---\n', after: '---\n# nothing\n---\nspec: {a: b}\n' }).controlPlanes).toEqual(['cp1']);
  });
});

describe('a script', () => {
  test.each([
    ['with a comment behind the command', `etcd ${flags} # was: --data-dir=/old --name=old`],
    ['with a comment between', `# etcd --name=old\nexec etcd ${flags}\n# --name=old`],
    ['as kops has it', `/usr/local/bin/etcd ${flags} 1>>/var/log/etcd.log 2>&1`],
    ['as GCE had it', `if [ -e /usr/local/bin/migrate-if-needed.sh ]; then /usr/local/bin/migrate-if-needed.sh 1>>/var/log/etcd.log 2>&1; fi; exec /usr/local/bin/etcd ${flags} 1>>/var/log/etcd.log 2>&1`],
    ['that prepares its folder', `mkdir -p /var/lib/etcd && chown -R etcd /var/lib/etcd && chmod 700 /var/lib/etcd && exec su-exec etcd etcd ${flags}`],
    ['that quotes a #', `etcd ${flags} --log-outputs='/a # b'`],
    ['that runs it the same in two branches', `if true; then exec etcd ${flags}; else exec etcd ${flags}; fi`],
  ])('%s', (_, script) => {
    expect(read(withScript(script))).toMatchObject({ controlPlanes: ['cp1'], dataFolder: '/var/lib/etcd' });
  });

  test.each([
    ['with others', `etcd ${flags} || etcd ${flags} --force-new-cluster`,
      'must run etcd once, got a script that runs it with 2 sets of flags: keep only the command that counts in what is read here'],
    ['nowhere', 'exec /start-etcd.sh', 'must run etcd once, got a script that runs it nowhere'],
    ['by a file', `. /etc/etcd.env; exec etcd ${flags}`, 'runs etcd by a script that reads /etc/etcd.env, which is known only on the node: replace it by what it sets'],
    ['with a comment that cuts its command', 'exec etcd --name=cp1 \\\n  # --data-dir=/old \\\n  --data-dir=/var/lib/etcd', 'has no --advertise-client-urls'],
    ['with what it computes', `etcd ${flags} --name=$(hostname -s)`, 'has --name=$(hostname -s), which is known only on the node'],
    ['with what it computes, as of old', `etcd ${flags} --name=\`hostname\``, 'has --name=`hostname`, which is known only on the node'],
    ['with a variable that it sets', `HOST=cp9; etcd ${flags} --name=$HOST`, 'has --name=$HOST, which is known only on the node'],
    ['with a variable of etcd that it sets', 'ETCD_NAME=cp9 etcd --data-dir=/var/lib/etcd --advertise-client-urls=http://10.0.0.1:2379', 'has --name=$ETCD_NAME, which is known only on the node'],
    ['with the words that it is given', `exec etcd ${flags} "$@"`, 'has the word "$@"'],
  ])('%s is refused', (_, script, message) => {
    expect(() => read(withScript(script, '    env: [{name: HOST, value: cp1}, {name: ETCD_NAME, value: cp1}]\n'))).toThrow(`manifest ${message}`);
  });
});

test('a data folder that isn\'t on the host as far as the manifest tells', () => {
  expect(() => read({ mount: ', subPathExpr: $(POD_NAME)' })).toThrow('manifest has no hostPath volume for /var/lib/etcd of --data-dir');
  expect(() => read(withWords('--data-dir=default.etcd'))).toThrow('manifest has no hostPath volume for default.etcd of --data-dir');
});

test('a flag that is given goes before its variable, empty as it may be: a member without a name is none', () => {
  expect(() => read({ ...withWords('--name='), container: '    env: [{name: ETCD_NAME, value: old}]\n' })).toThrow('has --name without a value: give it one, or leave it out');
});
