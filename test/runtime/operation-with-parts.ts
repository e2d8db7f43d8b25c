import { join } from 'path';
import { Chart, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { hostOperationJob, HostOperationProps } from '../../src/runtime/host-operation';
import { Program } from '../../src/runtime/program';
import { ProgramPart } from '../../src/runtime/program-part';
import { resolveJob } from '../../src/runtime/resolved-job';
import { Rights } from '../../src/runtime/rights';

const TURN = new Program('turn', ['turn.sh', 'turn-lib.sh'], { folder: join(__dirname, 'programs') });
const IMAGE = 'registry.k8s.io/etcd:3.6.5-0';

export const KUBECTL = { name: 'kubectl', image: 'registry.k8s.io/kubectl:v1.36.1', path: '/usr/local/bin/kubectl', size: Size.mebibytes(80) };

/** A program that tells what it has in its container. */
export const part = (name: string, changes: Partial<ProgramPart> = {}): ProgramPart =>
  ({ name, program: TURN, args: [name], image: IMAGE, env: {}, rights: Rights.NONE, resources: {}, ...changes });

/** An operation whose pod asks the API server before, between and after what it does on the host. */
export function operationWithParts(chart: Chart, changes: Partial<HostOperationProps> = {}): void {
  hostOperationJob(chart, new Construct(chart, 'pod:w1'), {
    program: Program.REPLACE_MEMBER,
    operationId: 'to-1.36',
    expires: '2026-11-22T00:00:00Z',
    node: 'w1',
    kubernetesVersion: KubernetesVersion.of('1.35.4'),
    image: IMAGE,
    job: resolveJob({}),
    env: { SELF: 'w1' },
    serviceAccount: new kplus.ServiceAccount(chart, 'gate'),
    parts: (carry) => [
      part('gate', { token: true }), carry('until-drain', 'until', 'drain'), part('drain', { token: true }), carry('to-the-end'), part('after', { token: true }),
    ],
    labels: {},
    annotations: {},
    ...changes,
  });
}
