import { rmSync, writeFileSync } from 'fs';
import { createServer } from 'net';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('addresses that lead nowhere else', [toolchain.etcd35, toolchain.busybox], () => asRoot('addresses that lead nowhere else', () => {
  const advertise = async (drill: StubRestoreDrill, host: string) => {
    for (const machine of drill.machines) {
      await machine.host.run(['sh', '-c', 'echo "$1 localhost" >/run/hosts && cat /etc/hosts | grep -v localhost >>/run/hosts && mount --bind /run/hosts /etc/hosts', 'sh', machine.props.address]);
      await drill.edit(machine, 'etcd', (text) => text.replace(/--advertise-client-urls=\S+/, `--advertise-client-urls=https://${host}:${new URL(machine.clientUrl).port}`));
    }
    await drill.remember();
  };

  test.concurrent.each(['localhost', 'LOCALHOST', '127.0.0.1', '0.0.0.0'])('members that advertise %s: URLs that were given stay, and all are restored', (host) => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    await advertise(drill, host);
    drill.start('given', { everywhere: ['--members', drill.cluster.membersByUrl] });
    expect(await drill.faultsOfRestored('given')).toEqual([]);
  }));

  test.concurrent.each(['localhost', '127.0.0.1', '0.0.0.0'])('members that are only known at %s are refused, and nothing is stopped', (host) => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    const members = drill.machines.map(({ name, clientUrl }) => `${name}=https://${host}:${new URL(clientUrl).port}`).join(' ');
    const [holder] = drill.machines;
    // etcd would advertise better URLs by itself. It advertises localhost, so that only the given ones count.
    await advertise(drill, 'localhost');
    const advertised = drill.running;
    const told = await drill.type(holder, ['--at', drill.backup, '--id', 'nowhere', '--members', members]).summary();
    expect(told.status).not.toBe(0);
    expect(`${told.message}`).toMatch(/leads to no other machine/);
    expect(drill.running).toEqual(advertised);
  }));

  test.concurrent('a member\'s URL that leads to another one is refused, and nothing is stopped', () => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    await advertise(drill, 'localhost');
    const before = drill.running;
    const [first, second, third] = drill.machines;
    const members = `cp1=${first.clientUrl} cp2=${third.clientUrl} cp3=${second.clientUrl}`;
    drill.start('crossed', { everywhere: ['--members', members] });
    const results = await drill.ended('crossed');
    expect(results.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(results.map(({ message }) => message).join()).toMatch(/where cp2 should be, cp3 answers|where cp3 should be, cp2 answers/);
    expect(drill.running).toEqual(before);
  }));

  // As a firewall does that lets in the peers' port alone, and drops what comes to the other, or refuses it.
  test.concurrent.each([
    ['sleep 3; echo "context deadline exceeded" >&2', /its etcd says nothing/], ['echo "dial tcp: connection refused" >&2', /connection refused/],
  ])(
    'members whose client ports only their own machines reach, where others find (%s): nothing is stopped, and the URL is named', (answer, reason) =>
      StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
        const tool = join(drill.machines[0].props.kit, 'bin', 'etcdctl');
        rmSync(tool);
        writeFileSync(tool, `#!/bin/sh
for word; do case $word in --endpoints=*) urls=\${word#--endpoints=} ;; esac; done
case \${urls:-} in '' | unix:*) exec ${drill.cluster.etcd.path('etcdctl')} "$@" ;; esac
own=$(echo "$urls" | tr ',' '\\n' | grep -e "//$(uname -n):" -e '//127[.]' | head -n 1)
[ -n "$own" ] || { ${answer}; exit 1; }
shift
exec ${drill.cluster.etcd.path('etcdctl')} "--endpoints=$own" "$@"
`, { mode: 0o700 });
        const before = drill.running;
        drill.start('own', { env: { READY_TIMEOUT: '15' } });
        const results = await drill.ended('own', { seconds: 120 });
        expect(results.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted', 'aborted']);
        expect(results.map(({ message }) => message).join()).toMatch(new RegExp(`cp[123] does not reach etcd of cp[123] at https://cp[123]:\\d+: .*${reason.source}`));
        expect(drill.running).toEqual(before);
      }));

  test.concurrent('a living holder that is called lost: the abort is refused, and the restore ends well', () => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('alive', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('alive', holder, 'swap');
    for (const machine of others) {
      const told = await drill.type(machine, ['--abort', 'alive', '--lost', 'cp1']).summary();
      expect(`${told.message}: ${told.fix}`).toMatch(/cp1 is not lost: at https:\/\/cp1:\d+ it answers \(connection refused\).*power it off first/);
    }
    holder.record('alive').pass('swap');
    expect(await drill.faultsOfRestored('alive')).toEqual([]);
  }));

  test.concurrent('a holder that takes connections and says nothing is not lost', () => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    const [holder, other] = drill.machines;
    drill.start('mute', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('mute', holder, 'swap');
    const mute = createServer(() => undefined);
    const { hostname, port } = new URL(holder.endpoint);
    await new Promise<void>((listening) => mute.listen(Number(port), hostname, listening));
    const told = await drill.type(other, ['--abort', 'mute', '--lost', 'cp1']).summary();
    mute.close();
    expect(`${told.message}`).toMatch(/cp1 is not lost: at https:\/\/cp1:\d+ it answers \(it takes connections, and its etcd says nothing\)/);
    holder.record('mute').pass('swap');
    expect(await drill.faultsOfRestored('mute')).toEqual([]);
  }));
}));
