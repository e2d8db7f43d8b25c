import { execFileSync } from 'child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { asRoot } from '../../support/pod/as-root';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

/** The user that the volume's pods run as, and one of another pod that has the claim, too. */
const OURS = 65532;
const OTHER = 1000;
const OLDER = '20261101T000000Z-r5';
const NEWER = '20261102T000000Z-r9';

describeWithTools('of a volume that only the pod has', [toolchain.busybox], () => asRoot('of a volume that only the pod has', () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  let volume: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-staged-'));
    volume = join(folder, 'volume', 'prod');
    for (const path of [volume, join(folder, 'work'), join(folder, 'draft', 'record')]) mkdirSync(path, { recursive: true });
    chownSync(volume, OURS, OURS);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function backup(name: string, owner: number, content = name): void {
    mkdirSync(join(volume, name));
    writeFileSync(join(volume, name, 'snapshot.db'), content);
    writeFileSync(join(volume, name, 'backup.json'), `${JSON.stringify({ clusterId: '7', sizeBytes: content.length })}\n`);
    for (const path of [name, `${name}/snapshot.db`, `${name}/backup.json`]) chownSync(join(volume, path), owner, owner);
  }

  function stage(snapshot = 'latest'): { said: string; staged?: string; chosen?: string } {
    const { stdout } = callLibrary(shell, 'lib/text.sh', `
      for library in lib/report lib/record lib/trust lib/disk backup/backups restore/snapshot restore/stage; do . "$1/$library.sh"; done
      WORK=$2/work STAGED_FROM=$2/volume CLUSTER=prod SNAPSHOT=$3 RECORD=$2/draft/record
      operation_folder() { echo /operation; }
      need_space() { :; }
      give_up() { echo "given up: $1"; exit 0; }
      cd "$2/draft"
      stage_snapshot`, [PROGRAMS, folder, snapshot]);
    const read = (file: string) => existsSync(join(folder, 'draft', file)) ? readFileSync(join(folder, 'draft', file), 'utf8').trim() : undefined;
    return { said: stdout, staged: read('snapshot/snapshot.db'), chosen: read('record/chosen-backup') };
  }

  test('the newest is copied to the host', () => {
    backup(OLDER, OURS);
    backup(NEWER, OURS);
    expect(stage()).toMatchObject({ staged: NEWER, chosen: NEWER });
  });

  test('one of root\'s is copied, too', () => {
    backup(NEWER, 0);
    expect(stage()).toMatchObject({ staged: NEWER });
  });

  test.each([
    ['all of it', [NEWER, `${NEWER}/snapshot.db`, `${NEWER}/backup.json`]],
    ['its snapshot', [`${NEWER}/snapshot.db`]],
    ['its record', [`${NEWER}/backup.json`]],
  ])('the newest, planted by another user (%s), is refused: it is not passed over in silence either', (_, planted) => {
    backup(OLDER, OURS);
    backup(NEWER, OURS);
    for (const path of planted) chownSync(join(volume, path), OTHER, OTHER);
    const { said, staged } = stage();
    expect(said).toMatch(new RegExp(`given up: \\S+/prod/${NEWER}\\S* belongs to user ${OTHER}, and neither to root nor to the owner of`));
    expect(staged).toBeUndefined();
    rmSync(join(folder, 'draft', 'record'), { recursive: true });
    mkdirSync(join(folder, 'draft', 'record'));
    expect(stage(`at:${OLDER}`)).toMatchObject({ staged: OLDER });
  });

  test.each([
    ['a link', (file: string) => symlinkSync(join(folder, 'secret'), file)],
    ['a pipe', (file: string) => execFileSync('mkfifo', [file])],
  ])('%s in the place of a snapshot is not followed and not read', (_, plant) => {
    backup(OLDER, OURS);
    backup(NEWER, OURS);
    writeFileSync(join(folder, 'secret'), NEWER);
    rmSync(join(volume, NEWER, 'snapshot.db'));
    plant(join(volume, NEWER, 'snapshot.db'));
    const { said, staged } = stage();
    expect(said).toContain(`${NEWER} is newer, and damaged`);
    expect(staged).toBe(OLDER);
  });

  test('a link in the place of a backup is none', () => {
    backup(OLDER, OURS);
    backup(NEWER, OURS);
    renameSync(join(volume, NEWER), join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(volume, NEWER));
    expect(stage()).toMatchObject({ staged: OLDER });
  });
})));
