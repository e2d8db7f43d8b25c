import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { PodOptions } from './pod';

/** What happens at a call: the pod is killed just before it, or gets SIGTERM and goes on, or the call fails, or the pod is killed in the middle of its work. */
export type Mishap = 'kill' | 'term' | 'fail' | 'half';

/** The programs that change the volume or decide what is changed there. */
const TRAPPED = ['mkdir', 'chmod', 'rm', 'mv', 'cp', 'ln', 'find', 'sync', 'flock', 'awk', 'etcdctl', 'etcdutl'];

// Before the mishap it uses only builtins, and it notes the first line of each call.
// `half` does what a power cut does to a deletion: some of the files are gone.
const TRAP = `#!/bin/dash
name=\${0##*/}
PATH=\${PATH#/trap:}
{ read -r count; } </trap-state/count
count=$((count + 1))
echo "$count" >/trap-state/count
line="$name $*"
echo "\${line%%
*}" >>/trap-state/calls
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
    for (const [file, text] of [['plan', `${call} ${mishap}\n`], ['count', '0\n'], ['calls', '']]) writeFileSync(join(this.state, file), text);
  }

  /** The calls so far. */
  get calls(): string[] {
    return readFileSync(join(this.state, 'calls'), 'utf8').split('\n').slice(0, -1);
  }

  /** Whether the pod waits to be killed. */
  get reached(): boolean {
    return existsSync(join(this.state, 'reached'));
  }
}
