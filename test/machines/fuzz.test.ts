import * as fc from 'fast-check';
import { Cases, editedManifest, forAll, RANDOM_SEED, SEED } from './fuzz';
import { byShell, byTypeScript, byYaml, faultsOf } from './reading';
import { Row } from './row';
import { STRICTER } from './stricter';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

jest.spyOn(console, 'warn').mockImplementation();

const COMPONENTS: Row['of'][] = ['etcd', 'kube-apiserver'];
// Each of these starts some processes.
const BY_SHELL: Record<Row['of'], Cases> = { 'etcd': { seed: SEED, numRuns: 400 }, 'kube-apiserver': { seed: SEED, numRuns: 150 } };
const BY_SHELL_AT_RANDOM: Cases = { seed: RANDOM_SEED, numRuns: 400, seconds: 8 };
const OFTEN: Cases = { seed: SEED, numRuns: 1500 };
const AT_RANDOM: Cases = { seed: RANDOM_SEED, numRuns: 1500, seconds: 8 };

/** What went wrong, where it is refused. */
function attempt<T>(read: () => T): { readonly read?: T; readonly refused: string } {
  try {
    return { read: read(), refused: '' };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

describeWithTools('what the programs understand of an edited manifest is what the whole of YAML says', [toolchain.busybox], () => {
  const check = (shell: Shell, of: Row['of'], cases: Cases) => forAll(editedManifest(of), cases, ({ text }) => {
    const { read } = attempt(() => byShell(shell)(text, of));
    if (!read) return;
    // Files that are on no folder of the host are nobody's: there the programs refuse.
    expect(attempt(() => byYaml(text, of)).read).toEqual(read);
  });

  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    test.each(COMPONENTS)('of %s', (of) => check(shell, of, BY_SHELL[of]), 300_000);
  });

  // By the two shells in turn.
  test.each(COMPONENTS)('at random, of %s', (of) => check(RANDOM_SEED % 2 ? 'busybox' : 'dash', of, BY_SHELL_AT_RANDOM));
});

describe('what TypeScript understands of an edited manifest', () => {
  /** Whoever reads more than TypeScript does says the same: programs, as they say what the whole of YAML does. */
  const check = (cases: Cases) => forAll(fc.tuple(editedManifest('etcd'), fc.boolean()), cases, ([{ text }, given]) => {
    const got = attempt(() => byTypeScript(text, given));
    if (!got.read) return;
    const { read } = attempt(() => byYaml(text, 'etcd'));
    expect(read).toBeDefined();
    expect(faultsOf(got.read, read!)).toEqual([]);
  });

  test('is what the whole of YAML says', () => check(OFTEN));

  test('is that at random, too', () => check(AT_RANDOM));

  test('is all of it, but for what has its reason', () => forAll(editedManifest('etcd'), OFTEN, ({ text }) => {
    const { read } = attempt(() => byYaml(text, 'etcd'));
    const { refused } = attempt(() => byTypeScript(text, true));
    if (read && refused !== '') expect(Object.values(STRICTER).filter((reason) => reason.test(refused)).length ? [] : [refused]).toEqual([]);
  }));
});

test.each(COMPONENTS)('many edited manifests of %s can still be read, and many can\'t', (of) => {
  const manifests = fc.sample(editedManifest(of), { seed: SEED, numRuns: 500 });
  const read = manifests.filter(({ text }) => attempt(() => byYaml(text, of)).read).length;
  expect(read).toBeGreaterThan(150);
  expect(read).toBeLessThan(450);
});
