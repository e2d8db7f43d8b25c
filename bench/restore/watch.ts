import { NodeAccess } from '../../test/lab/node-access';

/** What was seen on a node. `at` is in seconds on the clock of this machine, which the lab's nodes share. */
export interface Watched {
  /** For each look, whether the API server was ready, and whether the member was a voter that answers. */
  readonly looks: { readonly at: number; readonly api: boolean; readonly member: boolean }[];
}

const loop = `
rm -f /root/watch.stop
while [ ! -e /root/watch.stop ]; do
  api=0; member=0
  [ "$(curl -sk -m 1 https://127.0.0.1:6443/readyz)" = ok ] && api=1
  # A learner says so, and is no member yet.
  curl -s -m 1 http://127.0.0.1:2381/readyz >/dev/null && curl -s -m 1 http://127.0.0.1:2381/metrics | grep -q '^etcd_server_is_learner 0' && member=1
  echo "$(date +%s.%N) $api $member"
  sleep 0.1
done`;

/** Looks at a node at most ten times a second, on the node itself. The function that is returned ends this. */
export async function watch(node: NodeAccess): Promise<() => Promise<Watched>> {
  const ended = node.exec(['sh', '-c', loop], { timeoutSeconds: 1200 });
  return async () => {
    await node.run(['touch', '/root/watch.stop']);
    const { stdout } = await ended;
    return {
      looks: stdout.trim().split('\n').map((line) => line.split(' ')).map(([at, api, member]) => ({ at: Number(at), api: api === '1', member: member === '1' })),
    };
  };
}

/** The time since which something has been true at every look up to the last one; undefined when it wasn't true at the last one. */
export function sinceWhen({ looks }: Watched, holds: (look: Watched['looks'][number]) => boolean): number | undefined {
  let since: number | undefined;
  for (const look of looks) {
    if (!holds(look)) since = undefined;
    else since ??= look.at;
  }
  return since;
}
