import * as fc from 'fast-check';
import { meaningByShell } from './by-shell';
import { EditedManifest, editedManifest, SEED } from './fuzz';
import { meaningOfText, membersIn } from './meaning';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

jest.spyOn(console, 'warn').mockImplementation();

/** What every reader says of a manifest. */
interface Reading {
  /** TypeScript doesn't tell which of the members it has read. */
  readonly name?: string;
  readonly members: string[];
  readonly hostDataDir: string;
  readonly image?: string;
}

/** Throws where it refuses. */
type Reader = (text: string) => Reading;

const byYaml: Reader = (text) => {
  const { settings, hostDataDir, image } = meaningOfText(text, 'etcd');
  return { name: settings.name ?? 'default', members: membersIn(settings), hostDataDir: hostDataDir!, image };
};

const byTypeScript: Reader = (manifest) => {
  const given = { etcdVersion: EtcdVersion.of('3.5.24'), certificates: EtcdCertificates.fromHostFolder() };
  const { controlPlanes, dataFolder, image } = EtcdCluster.fromStaticPodManifest(manifest, { name: 'prod', ...given });
  return { members: controlPlanes, hostDataDir: dataFolder, image };
};

/** Undefined where it refuses. */
function reading(reader: Reader, text: string): Reading | undefined {
  try {
    return reader(text);
  } catch {
    return undefined;
  }
}

function forAll(check: (manifest: EditedManifest) => void, numRuns = 1500): void {
  fc.assert(fc.property(editedManifest(), check), { seed: SEED, numRuns });
}

/** Both may refuse what they like; where both understand, they understand the same. */
function agree(one: Reader, other: Reader): void {
  forAll(({ text }) => {
    const [a, b] = [reading(one, text), reading(other, text)];
    if (a && b) expect(a).toMatchObject(b);
  });
}

/** What the strict reader understands, the other reader understands, too, and in the same way. */
function follows(strict: Reader, other: Reader): void {
  forAll(({ text }) => {
    const a = reading(strict, text);
    if (a) expect(reading(other, text)).toMatchObject(a);
  });
}

const byShell = (shell: Shell): Reader => (text) => {
  const { settings, hostDataDir, image } = meaningByShell(shell, text, 'etcd');
  return { name: settings.name ?? 'default', members: membersIn(settings), hostDataDir: hostDataDir!, image };
};

// Each of these starts some processes.
const SHELL_RUNS = 400;

describeWithTools('what the programs understand of an edited manifest', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  test('is what the whole of YAML says, and what TypeScript understands', () => forAll(({ text }) => {
    const a = reading(byShell(shell), text);
    if (!a) return;
    expect(reading(byYaml, text)).toEqual(a);
    const b = reading(byTypeScript, text);
    if (b) expect(a).toMatchObject(b);
  }, SHELL_RUNS));
}));

test('the whole of YAML and TypeScript agree', () => agree(byYaml, byTypeScript));

test('what TypeScript understands is no more than the whole of YAML does', () => follows(byTypeScript, byYaml));

test('many edited manifests can still be read, and many can\'t', () => {
  const manifests = fc.sample(editedManifest(), { seed: SEED, numRuns: 1000 });
  const read = manifests.filter(({ text }) => reading(byYaml, text)).length;
  expect(read).toBeGreaterThan(300);
  expect(read).toBeLessThan(900);
});
