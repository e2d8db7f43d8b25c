import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Chart, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { KUBECTL, operationWithParts, part } from './operation-with-parts';
import { ContainerImages } from '../../src/cluster/container-images';
import { HostOperationProps } from '../../src/runtime/host-operation';
import { ProgramPod, ProgramPodProps } from '../../src/runtime/program-pod';
import { Rights } from '../../src/runtime/rights';
import { asRoot } from '../support/pod/as-root';
import { Pod } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

function operation(changes: Partial<HostOperationProps> = {}): any[] {
  const chart = new Chart(Testing.app(), 'platform', { namespace: 'kube-system' });
  operationWithParts(chart, changes);
  return Testing.synth(chart);
}

describe('a host operation with parts around what it carries', () => {
  const manifests = operation();
  const { spec } = manifests.find(({ kind }) => kind === 'Job');
  const pod = spec.template.spec;
  const containers: any[] = [...pod.initContainers, ...pod.containers];
  const named = (name: string) => containers.find((container) => container.name === name);
  const mounts = (name: string): any[] => named(name).volumeMounts;

  test('has them before, between and after, in their order', () => {
    expect(containers.map(({ name }) => name)).toEqual(['toolbox', 'gate', 'until-drain', 'drain', 'to-the-end', 'after']);
    expect(pod.containers).toHaveLength(1);
    expect(named('until-drain').command.slice(-3)).toEqual(['carry', 'until', 'drain']);
    expect(named('to-the-end').command.slice(-1)).toEqual(['carry']);
    expect(spec.template.metadata.annotations['kubectl.kubernetes.io/default-container']).toBe('after');
  });

  test('is privileged where it carries, and nowhere else', () => {
    expect(containers.filter(({ securityContext }) => securityContext.privileged).map(({ name }) => name)).toEqual(['until-drain', 'to-the-end']);
    for (const name of ['gate', 'drain', 'after']) {
      expect(named(name).securityContext).toMatchObject({ runAsUser: 65532, runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
      expect(mounts(name).map(({ mountPath }) => mountPath)).not.toContain('/var/lib/cdk8s-day2');
    }
    expect(pod.hostPID).toBe(true);
  });

  test('has the token of its service account in the parts that ask the API server only, with what a client needs besides', () => {
    expect(pod.serviceAccountName).toBe(manifests.find(({ kind }) => kind === 'ServiceAccount').metadata.name);
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(containers.filter(({ volumeMounts }) => volumeMounts.some(({ name }: any) => name === 'token')).map(({ name }) => name)).toEqual(['gate', 'drain', 'after']);
    expect(mounts('gate')).toContainEqual({ name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true });
    expect(pod.volumes.find(({ name }: any) => name === 'token')).toEqual({
      name: 'token',
      projected: {
        sources: [
          { serviceAccountToken: { path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
        ],
      },
    });
  });

  test('shares no scratch, where a part with rights would run what one without has written', () => {
    const scratches = containers.slice(1).map(({ volumeMounts }) => volumeMounts.find(({ mountPath }: any) => mountPath === '/tmp').name);
    expect(new Set(scratches).size).toBe(5);
  });

  test('shows the last lines of every part\'s log when its shell dies', () => {
    expect(containers.map(({ name, terminationMessagePolicy }) => [name, terminationMessagePolicy])).toEqual([
      ['toolbox', undefined], ...['gate', 'until-drain', 'drain', 'to-the-end', 'after'].map((name) => [name, 'FallbackToLogsOnError']),
    ]);
  });

  test('ends for good what any of the parts that carry has ended by itself', () => {
    expect(spec.podFailurePolicy.rules).toEqual(['until-drain', 'to-the-end'].map((containerName) => (
      { action: 'FailJob', onExitCodes: { containerName, operator: 'In', values: [1, 2] } })));
  });

  test('comes to any node, whatever its taints', () => {
    const [job] = operation({ tolerations: [kplus.NodeTaintQuery.any()] }).filter(({ kind }) => kind === 'Job');
    expect(job.spec.template.spec.tolerations).toEqual([{ operator: 'Exists' }]);
  });
});

test('a token for a privileged part is refused, and one without a service account', () => {
  expect(() => operation({ parts: (carry) => [{ ...carry('carry'), token: true }] }))
    .toThrow('the part carry must have no token, as it is privileged: let an unprivileged part before or after it ask the API server');
  expect(() => operation({ serviceAccount: undefined })).toThrow('serviceAccount must be given, got undefined: the part gate wants its token');
});

test('a tool of another image comes into the toolbox, which is as large as it and busybox together', () => {
  const { initContainers, containers, volumes } = operation({ tools: [KUBECTL] }).find(({ kind }) => kind === 'Job').spec.template.spec;
  expect(initContainers[1]).toEqual({
    ...initContainers[0], name: 'tool-kubectl', image: KUBECTL.image, command: ['/toolbox/busybox', 'cp', KUBECTL.path, '/toolbox/bin/kubectl'],
  });
  expect(initContainers.slice(2).map(({ terminationMessagePolicy }: any) => terminationMessagePolicy)).toEqual(Array(4).fill('FallbackToLogsOnError'));
  expect(volumes.find(({ name }: any) => name === 'toolbox').emptyDir).toEqual({ sizeLimit: '96Mi' });
  expect(containers[0].volumeMounts).toContainEqual({ name: 'toolbox', mountPath: '/toolbox', readOnly: true });
});

describeWithTools('a pod of several parts', [toolchain.busybox], () => asRoot('a pod of several parts', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-parts-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs it, and returns what its last part has printed. */
  async function run(env: { [name: string]: string } = {}, props: Partial<ProgramPodProps> = {}): Promise<string[]> {
    const kubectl = join(folder, 'kubectl');
    writeFileSync(kubectl, '#!/toolbox/busybox sh\necho v1.36.1\n');
    chmodSync(kubectl, 0o755);
    const chart = new Chart(Testing.app(), 'platform');
    const shared = { volume: kplus.Volume.fromEmptyDir(chart, 'shared', 'shared'), path: '/shared' };
    const mine = { mounts: [shared], env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, kplus.EnvValue.fromValue(value)])) };
    new ProgramPod(chart, {
      parts: [part('gate', { ...mine, token: true }), part('carry', { ...mine, rights: Rights.FILES_OF_ROOT }), part('after', { ...mine, token: true })],
      serviceAccount: new kplus.ServiceAccount(chart, 'gate'),
      images: ContainerImages.defaults(),
      hostNetwork: false,
      nodes: [],
      labels: {},
      annotations: {},
      ...props,
    }).jobIn(chart, 'job', {});
    const { exitCode, stdout, stderr } = await Pod.run(Testing.synth(chart), { image: {}, images: { [KUBECTL.image]: { kubectl } } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    return stdout.trim().split('\n');
  }

  test('runs them one after the other, each with its own rights and its own scratch', async () => {
    expect(await run()).toEqual([
      'gate user=65532 token=a token scratch=none tool=none',
      'carry user=0 token=none scratch=none tool=none',
      'after user=65532 token=a token scratch=none tool=none',
    ]);
  });

  test('has its tools in every part', async () => {
    expect((await run({}, { tools: [KUBECTL] })).map((line) => line.replace(/.* /, ''))).toEqual(['tool=v1.36.1', 'tool=v1.36.1', 'tool=v1.36.1']);
  });

  test('ends with the first that fails', async () => {
    await expect(run({ FAILING: 'carry' })).rejects.toThrow('init container carry ended with 2: carry fails');
  });
}));
