import * as fc from 'fast-check';
import { CONTENT } from './edits/content';
import { FORM } from './edits/form';
import { Choice, Edit } from './edits/lines';
import { SLIPS } from './edits/slips';
import { TABLE, textOf } from './table';

/** A manifest that people have edited, and what they did to it, in order. */
export interface EditedManifest {
  readonly text: string;
  readonly edits: string[];
}

/** The same cases at every run: what fails here fails everywhere. */
export const SEED = 20261127;

/** Good manifests of different forms, which edits begin from. */
const NAMES = [
  'kubeadm-1.20', 'kubeadm-1.34', 'kubeadm-ipv6', 'kubeadm-rootless', 'restored-hostpath-moved', 'edited-command-and-args', 'edited-value-in-next-item',
  'edited-sequences-indented', 'edited-flow-mounts', 'env-data-dir-and-name', 'volume-longer-mount', 'container-sidecar-before',
];

const ORIGINALS = TABLE.filter(({ file }) => NAMES.includes(file)).map((row) => ({ file: row.file, text: textOf(row) }));

const ALL: Record<string, Edit> = { ...FORM, ...CONTENT, ...SLIPS };
const number = fc.nat({ max: 0xffff });
const choice: fc.Arbitrary<Choice> = fc.record({ at: number, with: number });

/** Mostly edits that leave a manifest good: a broken one teaches little. */
const name = fc.oneof(
  { arbitrary: fc.constantFrom(...Object.keys(FORM)), weight: 6 },
  { arbitrary: fc.constantFrom(...Object.keys(CONTENT)), weight: 3 },
  { arbitrary: fc.constantFrom(...Object.keys(SLIPS)), weight: 2 },
);

/** Manifests edited as people do, up to six times. */
export function editedManifest(): fc.Arbitrary<EditedManifest> {
  return fc.tuple(fc.constantFrom(...ORIGINALS), fc.array(fc.tuple(name, choice), { maxLength: 6 })).map(([original, edits]) => ({
    text: edits.reduce((text, [edit, where]) => ALL[edit](text, where), original.text),
    edits: [original.file, ...edits.map(([edit, where]) => `${edit} (${where.at}, ${where.with})`)],
  }));
}
