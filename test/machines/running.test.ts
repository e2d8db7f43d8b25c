import { ChildProcess, execFileSync, spawn } from 'child_process';
import { once } from 'events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Process, processOfText } from './meaning';
import { processOfUnit } from './meaning-of-unit';
import { isRefused, Understood } from './row';
import { UNITS } from './rows/units';
import { TABLE, textOf } from './table';
import { filesOfUnit } from './unit-row';
import { callLibrary, PROGRAMS } from '../programs/library';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** What stands in for the programs: it does nothing, under any name, with any words. */
const IDLE = `#include <unistd.h>
int main(void) { write(1, "up", 2); for (;;) pause(); }
`;

/** Reads processes, each as systemd's main process of a unit whose text says nothing. */
const READ = `
here=$1 WORK=$2 RECORD=$2/record MANIFESTS=$2/none ETCD_UNIT=etcd.service
shift 2
for library in lib/text host/proc host/running; do . "$here/$library.sh"; done
put_in_place() { mv "$1" "$2"; }
systemctl() { case $* in *MainPID*) echo "$main" ;; esac; }
for main; do
  echo "pid	$main"
  settings_of "$main" | sed "s/^/runs	/"
  [ "$(basename "$(readlink "/proc/$main/exe")")" = etcd ] || continue
  rm -f "$RECORD"/*
  (discover etcd) && sed "s/^/read	/" "$RECORD/etcd.settings" || echo "refused	$(cat "$WORK/not-understood")"
done
`;

interface Played extends Process {
  readonly title: string;
  readonly of: 'etcd' | 'kube-apiserver';
  readonly right: Understood;
}

/** Rows that only a running process tells: their unit starts a shell, which becomes etcd. */
const unitsThatRun = UNITS.filter(({ file, expect: right }) => !isRefused(right) || file === 'rpm');

const PLAYED: Played[] = [
  ...TABLE.flatMap((row) => isRefused(row.expect) ? [] : [{ title: `${row.file}.yaml`, of: row.of, right: row.expect, ...processOfText(textOf(row), row.of) }]),
  ...unitsThatRun.map((row) => {
    const { words: [program, ...words], variables } = processOfUnit(filesOfUnit(row));
    const right = isRefused(row.expect) ? row.expect.meaning! : row.expect;
    return { title: `${row.file}.service`, of: 'etcd' as const, right, words: program.endsWith('/etcd') ? words : [program, ...words], variables };
  }),
];

describeWithTools('what the programs read of a process', [toolchain.busybox], () => {
  let folder: string;
  const processes: ChildProcess[] = [];
  /** What each shell has read, by the process id and the kind of line. */
  const lines: Record<Shell, Map<number, string[][]>> = { busybox: new Map(), dash: new Map() };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-running-'));
    for (const name of ['bin', 'record']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'idle.c'), IDLE);
    for (const name of ['etcd', 'kube-apiserver']) execFileSync('gcc', ['-o', join(folder, 'bin', name), join(folder, 'idle.c')]);
    for (const { of, words, variables } of PLAYED) {
      const program = join(folder, 'bin', of);
      const [command, ...args] = words[0]?.startsWith('/') ? words.map((word) => word.replace('/usr/bin/etcd', program)) : [program, ...words];
      const known = Object.entries(variables).filter(([, value]) => !value.includes('\0'));
      processes.push(spawn(command, args, { env: { PATH: process.env.PATH, ...Object.fromEntries(known) }, stdio: ['ignore', 'pipe', 'ignore'] }));
    }
    await Promise.all(processes.map(({ stdout }) => once(stdout!, 'data')));
    for (const shell of ['busybox', 'dash'] as const) {
      const { exitCode, stdout } = callLibrary(shell, 'host/settings.sh', READ, [PROGRAMS, folder, ...processes.map(({ pid }) => String(pid))]);
      expect(exitCode).toBe(0);
      let pid = 0;
      for (const [kind, line] of stdout.trimEnd().split('\n').map((text) => text.split('\t'))) {
        if (kind === 'pid') lines[shell].set(pid = Number(line), []);
        else lines[shell].get(pid)!.push([kind, line]);
      }
    }
  }, 120_000);

  afterAll(async () => {
    const ended = processes.map((child) => once(child, 'exit'));
    processes.forEach((child) => child.kill('SIGKILL'));
    await Promise.all(ended);
    rmSync(folder, { recursive: true });
  });

  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    test.each(PLAYED.map(({ title }, index) => [title, index] as const))('of %s is what the table says', (_, index) => {
      const { of, right } = PLAYED[index];
      const read = lines[shell].get(processes[index].pid!)!;
      const settings = (kind: string) => {
        const told = Object.fromEntries(read.filter(([found]) => found === kind).map(([, line]) => line.split(/=([^]*)/).slice(0, 2)));
        return Object.fromEntries(Object.keys(right.settings).map((flag) => [flag, told[flag] ?? '']));
      };
      expect(read.filter(([kind]) => kind === 'refused')).toEqual([]);
      expect(settings('runs')).toEqual(right.settings);
      if (of === 'etcd') expect(settings('read')).toEqual(right.settings);
    });
  });
});
