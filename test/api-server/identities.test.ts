import { Yaml } from 'cdk8s';
import { ClusterUpgrade } from '../../src/upgrade/cluster-upgrade';
import { NodeMaintenanceCronJob } from '../../src/upgrade/node-maintenance-cron-job';
import { chart } from '../backup/snapshot-fixtures';
import { ApiServer, Identity, kubeletOf, serviceAccount } from '../support/api-server/api-server';
import { addPod } from '../support/maintenance/pods-on-node';
import { Nodes } from '../support/turn/nodes';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { run } from '../toolchain/run';
import { toolchain } from '../toolchain/toolchain';
import { allClusterUpgradeProps, allMaintenanceCronJobProps } from '../upgrade/upgrade-fixtures';

/** What a request does, as kubectl's arguments, and what it sends. Nothing is changed by it: the server judges, and stops there. */
interface Attempt {
  readonly args: string[];
  readonly input?: object;
}

const DRY = '--dry-run=server';
const evict = (pod: string): Attempt => ({
  args: ['create', '--raw', `/api/v1/namespaces/default/pods/${pod}/eviction`, '-f', '-'],
  input: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: 'default' }, deleteOptions: { dryRun: ['All'] } },
});
const cordon = (node: string): Attempt => ({ args: ['patch', 'node', node, '--patch', '{"spec":{"unschedulable":true}}', DRY] });

/** What would reach beyond a node. */
const BEYOND: { [what: string]: Attempt } = {
  'evict a pod of another node': evict('on-w2'),
  'delete a pod of another node': { args: ['delete', 'pod', 'on-w2', DRY] },
  'change a pod of another node': { args: ['label', 'pod', 'on-w2', 'a=b', DRY] },
  'start a pod on another node': {
    args: ['create', '-f', '-', DRY],
    input: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'new', namespace: 'default' }, spec: { nodeName: 'w2', containers: [{ name: 'a', image: 'a' }] } },
  },
  'cordon another node': cordon('w2'),
  'uncordon another node': { args: ['patch', 'node', 'w3', '--patch', '{"spec":{"unschedulable":null}}', DRY] },
  'mark another node': { args: ['label', 'node', 'w2', 'cdk8s-day2/operation=mine', DRY] },
  'say something of another node': { args: ['annotate', 'node', 'w2', 'cdk8s-day2/retired=w9', DRY] },
  'delete another node': { args: ['delete', 'node', 'w2', DRY] },
  'end the API server\'s pod': { args: ['delete', 'pod', 'kube-apiserver-cp1', '--namespace=kube-system', DRY] },
  'read a Secret': { args: ['get', 'secret', 'token', '--namespace=kube-system'] },
  'read all Secrets': { args: ['get', 'secrets', '--all-namespaces'] },
  'make another\'s token': { args: ['create', 'token', 'default', '--namespace=kube-system'] },
  'give itself rights': { args: ['create', 'clusterrolebinding', 'mine', '--clusterrole=cluster-admin', '--serviceaccount=day2:default', DRY] },
  'start a Job': { args: ['create', 'job', 'mine', '--image=a', '--namespace=day2', DRY] },
  'let everybody go': { args: ['create', 'configmap', 'mine', '--namespace=day2', DRY] },
};

/** What a kubelet may do to its own node. */
const OWN: { [what: string]: Attempt } = {
  'evict a pod of the node': evict('on-w1'),
  'cordon the node': cordon('w1'),
  'mark the node': { args: ['label', 'node', 'w1', 'cdk8s-day2/operation=mine', DRY] },
};

/** What the node may not say of itself. */
const OF_ITSELF: { [what: string]: Attempt } = {
  'become a control plane': { args: ['label', 'node', 'w1', 'node-role.kubernetes.io/control-plane=', DRY] },
  'become one that is trusted': { args: ['label', 'node', 'w1', 'node-restriction.kubernetes.io/trusted=yes', DRY] },
  'take its taints away': { args: ['taint', 'node', 'w1', 'a=b:NoSchedule', DRY] },
};

/** All that upgrades and maintenance bring along, but for what runs. */
function rights(): any[] {
  const scope = chart('day2');
  new ClusterUpgrade(scope, 'upgrade', allClusterUpgradeProps(scope));
  new NodeMaintenanceCronJob(scope, 'maintenance', allMaintenanceCronJobProps);
  return scope.toJson().filter(({ kind }) => /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind));
}

const KUBELET = kubeletOf('w1');
const objects = rights();
const TURNS: Identity[] = objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => serviceAccount(metadata.namespace, metadata.name));

for (const tool of [toolchain.kubeApiserver128, toolchain.kubeApiserver137]) {
  describeWithTools(`whoever has an identity of a pod of ours, on ${tool.title}`, ApiServer.needs(tool), () => {
    let server: ApiServer;

    beforeAll(async () => {
      server = await ApiServer.start(tool, [KUBELET, ...TURNS]);
      await server.createNamespace('day2', ...new Set<string>(objects.flatMap(({ metadata }) => metadata.namespace ?? [])));
      await server.apply(Yaml.stringify(...objects));
      const nodes = new Nodes(server);
      for (const name of ['cp1', 'w1', 'w2', 'w3']) await nodes.set(name, { version: '1.34.4' });
      await nodes.setControlPlane('cp1', '1.34.4');
      await server.ask('cordon', 'w3');
      for (const name of ['w1', 'w2']) await addPod(server, `on-${name}`, { node: name });
      await server.ask('create', 'secret', 'generic', 'token', '--namespace=kube-system');
      await server.ask('create', 'serviceaccount', 'default', '--namespace=kube-system');
    }, 120_000);
    afterAll(() => server?.destroy());

    const tries = ({ args, input }: Attempt, identity?: Identity) => {
      const kubeconfig = identity === undefined ? server.kubeconfig : server.kubeconfigOf(identity);
      return run(toolchain.kubectl.path(), ['--kubeconfig', kubeconfig, ...args], { input: input && JSON.stringify(input) });
    };
    const expectRefused = async (what: string, attempt: Attempt, identity: Identity) => {
      const { exitCode, stderr } = await tries(attempt, identity);
      expect({ what, by: identity.user, exitCode, stderr })
        .toEqual({ what, by: identity.user, exitCode: 1, stderr: expect.stringMatching(/forbidden|is not allowed to/i) });
    };

    test('there are such identities', () => {
      expect(TURNS.map(({ user }) => user.replace(/-c8\w+$/, '')))
        .toEqual(['upgrade', 'maintenance'].map((id) => `system:serviceaccount:day2:platform-${id}-turn`));
    });

    test.each(Object.entries({ ...BEYOND, ...OWN, ...OF_ITSELF }))('an administrator could %s', async (what, attempt) => {
      expect({ what, ...await tries(attempt) }).toMatchObject({ exitCode: 0 });
    });

    test.each(Object.entries(BEYOND))('could not %s', async (what, attempt) => {
      for (const identity of [KUBELET, ...TURNS]) await expectRefused(what, attempt, identity);
    });

    test.each(Object.entries(OWN))('could %s as the kubelet, and not as one that only asks for its turn', async (what, attempt) => {
      expect({ what, ...await tries(attempt, KUBELET) }).toMatchObject({ exitCode: 0 });
      for (const identity of TURNS) await expectRefused(what, attempt, identity);
    });

    test.each(Object.entries(OF_ITSELF))('could not make the node %s', async (what, attempt) => {
      for (const identity of [KUBELET, ...TURNS]) await expectRefused(what, attempt, identity);
    });
  });
}
