import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { settingsOfService, words } from './meaning-of-unit';
import { isRefused } from './row';
import { UNITS } from './rows/units';
import { MACHINE, UNIT_FILES, UnitRow } from './unit-row';
import { callLibrary } from '../programs/library';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const PROGRAMS = join(__dirname, '..', '..', 'programs');

const READ = `
ETCD_UNIT=etcd.service here=$1 WORK=$2 RECORD=$2/record MANIFESTS=$2/none UNIT=$2/shown DATA_MAY_MISS=yes
. "$here/lib/text.sh"
. "$here/host/proc.sh"
. "$here/etcd/data-folder.sh"
put_in_place() { mv "$1" "$2"; }
# That machine has the users of its units.
id() { echo 997; }
systemctl() {
  case $1 in
    cat) ;;
    show) cat "$UNIT/$3" 2>/dev/null || : ;;
  esac
}
look() {
  discover etcd || exit 5
  [ -z "$(setting etcd config-file)" ] || not_understood "config-file" "-"
  data_dir=$(data_folder) || exit 4
  printf 'data\t%s\n' "$data_dir"
  sed "s/^/setting	/" "$RECORD/etcd.settings"
}
status=0
(look) || status=$?
[ "$status" -ne 4 ] || { echo "refused	$(paste -s -d : "$WORK/not-understood")"; exit 0; }
[ "$status" -eq 0 ] || echo "refused	status $status"
`;

/** What `systemctl show --property NAME --value` prints of the unit, which does not run. */
function shown(row: UnitRow, folder: string): Record<string, string> {
  const text = (file: string) => readFileSync(join(UNIT_FILES, file), 'utf8');
  const settings = settingsOfService([`${row.file}.service`, ...(row.dropIns ?? []).map((name) => `${row.file}.d-${name}`)].map(text));
  const specified = (line: string) => line.replace(/%[A-Za-z]/g, (name) => (MACHINE as Record<string, string>)[name] ?? name);
  const command = words(specified(settings.ExecStart?.at(-1) ?? ''));
  const files = (settings.EnvironmentFile ?? []).map(specified).map((line) => {
    const path = line.replace(/^-/, '').replace(/\\@/, '@');
    if (path !== row.environmentFile) return `${join(folder, 'nothing')} (ignore_errors=${line.startsWith('-') ? 'yes' : 'no'})`;
    writeFileSync(join(folder, 'environment'), text(`${row.file}.env`));
    return `${join(folder, 'environment')} (ignore_errors=no)`;
  });
  const program = join(folder, 'script', command[0].split('/').at(-1)!);
  if (row.isScript) {
    mkdirSync(join(folder, 'script'));
    writeFileSync(program, '#!/bin/sh\nexec docker run etcd\n');
    command[0] = program;
  }
  return {
    MainPID: '0',
    ExecStart: `{ path=${command[0]} ; argv[]=${command.join(' ')} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`,
    Environment: (settings.Environment ?? []).flatMap((line) => words(specified(line))).map((word) => /\s/.test(word) ? `"${word}"` : word).join(' '),
    EnvironmentFiles: files.join('\n'),
    ...Object.fromEntries(['User', 'RootDirectory', 'BindPaths', 'DynamicUser'].map((name) => [name, settings[name]?.at(-1) ?? ''])),
  };
}

function readByShell(shell: Shell, row: UnitRow): { dataDir: string; settings: Record<string, string> } {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-unit-'));
  try {
    for (const name of ['record', 'shown']) mkdirSync(join(folder, name));
    Object.entries(shown(row, folder)).forEach(([name, value]) => writeFileSync(join(folder, 'shown', name), `${value}\n`));
    const { exitCode, stdout } = callLibrary(shell, 'host/settings.sh', READ, [PROGRAMS, folder]);
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split('\n').map((line) => line.split('\t'));
    const refused = lines.find(([kind]) => kind === 'refused');
    if (refused) throw new Error(refused.slice(1).join('\t'));
    return {
      dataDir: lines.find(([kind]) => kind === 'data')![1],
      settings: Object.fromEntries(lines.filter(([kind]) => kind === 'setting').map(([, line]) => line.split(/=([^]*)/).slice(0, 2))),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Units that the programs decline, unlike systemd, while etcd does not run: if it runs, they read the words of its process. */
const DECLINED_WHILE_STOPPED: Record<string, RegExp> = {
  // `systemctl show` has the words without their quotes.
  'quotes': /belongs to none/,
  'environment-file': /variables of the unit etcd\.service are not understood/,
};

describeWithTools('the programs read a unit that does not run rightly, or refuse it', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  test.each(UNITS.map((row) => [row.file, row] as const))('%s', (file, row) => {
    const read = () => readByShell(shell, row);
    if (isRefused(row.expect) || file in DECLINED_WHILE_STOPPED) {
      expect(read).toThrow(isRefused(row.expect) ? row.expect.refused : DECLINED_WHILE_STOPPED[file]);
      return;
    }
    const { settings, hostDataDir } = row.expect;
    const got = read();
    expect(Object.fromEntries(Object.keys(settings).map((flag) => [flag, got.settings[flag] ?? '']))).toEqual(settings);
    expect(got.dataDir).toEqual(hostDataDir);
  });
}));
