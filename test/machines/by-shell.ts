import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Understood } from './row';
import { callLibrary } from '../programs/library';
import { Shell } from '../support/pod/pod';

const PROGRAMS = join(__dirname, '..', '..', 'programs');

/** Flags whose files a restore looks for. */
const FILES = ['trusted-ca-file', 'cert-file', 'key-file', 'etcd-cafile', 'etcd-certfile', 'etcd-keyfile', 'encryption-provider-config'];

/** Reads a manifest as `look_at_machine` does, without a machine: into the record, then out of it. */
const READ = `
DATA_MAY_MISS=yes ETCD_UNIT=etcd.service here=$1 WORK=$2 RECORD=$2/record MANIFESTS=$2/manifests component=$3
. "$here/lib/text.sh"
. "$here/host/proc.sh"
. "$here/etcd/data-folder.sh"
. "$here/host/api-server.sh"
# Nothing runs here.
check_running() { :; }
refuse_unknown_api_server() { :; }
put_in_place() { mv "$1" "$2"; }
look() {
  if [ "$component" = etcd ]; then discover etcd; else look_at_api_server && has_api; fi || exit 5
  [ -z "$(setting "$component" config-file)" ] || not_understood "config-file" "-"
  refuse_second_manifest "$component"
  data_dir=
  if [ "$component" = etcd ]; then data_dir=$(data_folder) || exit 4; fi
  echo "data	$data_dir"
  for flag in ${FILES.join(' ')}; do
    file=$(file_of "$component" "$flag") || exit 4
    echo "file	$flag	$file"
  done
  echo "user	$(user_of "$component")"
  sed -n "/^image/p" "$RECORD/$component.pod"
  sed "s/^/setting	/" "$RECORD/$component.settings"
}
status=0
(look) || status=$?
[ "$status" -ne 4 ] || { echo "refused	$(paste -s -d : "$WORK/not-understood")"; exit 0; }
[ "$status" -eq 0 ] || echo "refused	status $status"
`;

/** What the programs read in a static pod's manifest. Throws what they say when they refuse it. */
export function meaningByShell(shell: Shell, text: string | Buffer, component: 'etcd' | 'kube-apiserver'): Understood {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-machine-'));
  try {
    for (const name of ['record', 'manifests']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'manifests', `${component}.yaml`), text);
    const { exitCode, stdout } = callLibrary(shell, 'host/settings.sh', READ, [PROGRAMS, folder, component]);
    if (exitCode !== 0) throw new Error(`the reader ended with ${exitCode}: ${stdout}`);
    const lines = stdout.trimEnd().split('\n').map((line) => line.split('\t'));
    const refused = lines.find(([kind]) => kind === 'refused');
    if (refused) throw new Error(refused.slice(1).join('\t'));
    const all = (kind: string) => lines.filter(([found]) => found === kind);
    return {
      settings: Object.fromEntries(all('setting').map(([, line]) => line.split(/=([^]*)/).slice(0, 2))),
      hostDataDir: component === 'etcd' ? all('data')[0][1] : undefined,
      hostFiles: Object.fromEntries(all('file').filter(([, , file]) => file !== '').map(([, flag, file]) => [flag, file])),
      user: all('user')[0][1],
      image: all('image')[0]?.[1] || undefined,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
