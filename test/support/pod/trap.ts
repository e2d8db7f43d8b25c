import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { PodOptions } from './pod';

/** What happens at a call: the pod is killed just before it, or gets SIGTERM and goes on, or the call fails, or the pod is killed in the middle of its work. */
export type Mishap = 'kill' | 'term' | 'fail' | 'half';

/** The programs that change the volume or decide what is changed there. */
const TRAPPED = ['mkdir', 'chmod', 'rm', 'mv', 'cp', 'ln', 'find', 'sync', 'flock', 'awk', 'etcdctl', 'etcdutl'];

// Before the mishap it uses only builtins, and it notes the first line of each call. Each call takes the first number that is free, in one step of the kernel:
// the commands of a pipeline come at once, and must neither share a number nor read a count that is half written.
// `half` does what a power cut does to a deletion: some of the files are gone.
const TRAP = `#!/bin/dash
name=\${0##*/}
PATH=\${PATH#/trap:}
line="$name $*"
count=1
set -C
until { echo "\${line%%
*}" >"/trap-state/calls/$count"; } 2>/dev/null; do count=$((count + 1)); done
set +C
read -r at mishap </trap-state/plan || :
if [ "$count" = "$at" ]; then
  case $mishap in
    term) kill -TERM 1 ;;
    fail) echo "$name: Input/output error" >&2; exit 1 ;;
    half) for last; do :; done; [ "$name" != rm ] || rm -f "$last/snapshot.db" ;;
  esac
  case $mishap in
    kill | half) : >/trap-state/reached; while :; do sleep 1; done ;;
  esac
fi
exec "$name" "$@"
`;

/** Stands between a program in dash and the commands it calls: counts them, and lets something happen at one of them. */
export class Trap {
  private readonly state: string;
  private readonly programs: string;

  constructor(folder: string) {
    const home = mkdtempSync(join(folder, 'trap-'));
    this.state = join(home, 'state');
    this.programs = join(home, 'programs');
    mkdirSync(this.state);
    mkdirSync(this.programs);
    for (const name of TRAPPED) {
      writeFileSync(join(this.programs, name), TRAP);
      chmodSync(join(this.programs, name), 0o755);
    }
    this.set(0, 'kill');
  }

  /** How the pod has to be run. */
  get options(): Partial<PodOptions> {
    return {
      shell: 'dash',
      extra: {
        pathPrefix: '/trap:',
        mounts: [{ source: this.programs, path: '/trap', readOnly: true }, { source: this.state, path: '/trap-state' }],
      },
    };
  }

  /** From now on, something happens at a call; the first one is 1, and none is 0. */
  set(call: number, mishap: Mishap): void {
    writeFileSync(join(this.state, 'plan'), `${call} ${mishap}\n`);
    rmSync(this.notes, { recursive: true, force: true });
    mkdirSync(this.notes);
  }

  /** The calls so far. */
  get calls(): string[] {
    return readdirSync(this.notes).map(Number).sort((one, other) => one - other)
      .map((number) => readFileSync(join(this.notes, `${number}`), 'utf8').trimEnd());
  }

  /** A file for each call, named by its number. */
  private get notes(): string {
    return join(this.state, 'calls');
  }

  /** Whether the pod waits to be killed. */
  get reached(): boolean {
    return existsSync(join(this.state, 'reached'));
  }
}
