import { execFileSync } from 'child_process';
import * as fc from 'fast-check';
import { CONTENT, CONTENT_OF_API_SERVER } from './edits/content';
import { FORM } from './edits/form';
import { Choice, Edit } from './edits/lines';
import { SLIPS } from './edits/slips';
import { Row } from './row';
import { TABLE, textOf } from './table';

/** A manifest that people have edited, and what they did to it, in order. */
export interface EditedManifest {
  readonly text: string;
  readonly edits: string[];
}

/** How many cases there are, and which. */
export interface Cases {
  readonly seed: number;
  readonly numRuns: number;
  /** @default - as long as it takes */
  readonly seconds?: number;
}

/** The same cases at every run: what fails here fails everywhere. */
export const SEED = 20261127;

/** Other cases for each commit in CI, where one commit has one result, and at each run elsewhere, unless somebody plays one again. */
export const RANDOM_SEED = Number(process.env.FUZZ_SEED ?? (process.env.CI ? seedOfCommit() : Math.floor(Math.random() * 2 ** 31)));

function seedOfCommit(): number {
  return parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { cwd: __dirname, encoding: 'utf8' }).slice(0, 7), 16);
}

/** Checks all of them, and says how to play again what has failed. */
export function forAll<T>(arbitrary: fc.Arbitrary<T>, { seed, numRuns, seconds }: Cases, check: (value: T) => void): void {
  const details = fc.check(fc.property(arbitrary, check), { seed, numRuns, interruptAfterTimeLimit: seconds && seconds * 1000 });
  // A check that throws has an error; one that was interrupted has none.
  if (details.failed && details.errorInstance) {
    const again = `To play it again: FUZZ_SEED=${seed} npx jest test/machines/fuzz --coverage=false`;
    throw new Error([fc.defaultReportMessage(details), details.errorInstance, again].join('\n'));
  }
}

/** Good manifests of different forms, which edits begin from. */
const NAMES: Record<Row['of'], string[]> = {
  'etcd': [
    'kubeadm-1.20', 'kubeadm-1.34', 'kubeadm-ipv6', 'kubeadm-rootless', 'restored-hostpath-moved', 'edited-command-and-args', 'edited-value-in-next-item',
    'edited-sequences-indented', 'edited-flow-mounts', 'env-data-dir-and-name', 'volume-longer-mount', 'container-sidecar-before',
  ],
  'kube-apiserver': [
    'apiserver-kubeadm-1.20', 'apiserver-kubeadm-1.34', 'apiserver-ipv6', 'apiserver-bind-address', 'apiserver-external-etcd',
    'apiserver-several-etcd-servers', 'apiserver-encryption', 'apiserver-quoted-flags', 'apiserver-args', 'apiserver-value-in-next-item',
    'apiserver-konnectivity', 'apiserver-flow-command',
  ],
};

const ALL: Record<string, Edit> = { ...FORM, ...CONTENT, ...CONTENT_OF_API_SERVER, ...SLIPS };
const number = fc.nat({ max: 0xffff });
const choice: fc.Arbitrary<Choice> = fc.record({ at: number, with: number });

/** Mostly edits that leave a manifest good: a broken one teaches little. */
const namesOfEdits = (of: Row['of']) => fc.oneof(
  { arbitrary: fc.constantFrom(...Object.keys(FORM)), weight: 6 },
  { arbitrary: fc.constantFrom(...Object.keys(of === 'etcd' ? CONTENT : { ...CONTENT, ...CONTENT_OF_API_SERVER })), weight: 3 },
  { arbitrary: fc.constantFrom(...Object.keys(SLIPS)), weight: 2 },
);

/** Manifests edited as people do, up to six times. */
export function editedManifest(of: Row['of']): fc.Arbitrary<EditedManifest> {
  const originals = NAMES[of].map((file) => ({ file, text: textOf(TABLE.find((row) => row.file === file)!) }));
  return fc.tuple(fc.constantFrom(...originals), fc.array(fc.tuple(namesOfEdits(of), choice), { maxLength: 6 })).map(([original, edits]) => ({
    text: edits.reduce((text, [edit, where]) => ALL[edit](text, where), original.text),
    edits: [original.file, ...edits.map(([edit, where]) => `${edit} (${where.at}, ${where.with})`)],
  }));
}
