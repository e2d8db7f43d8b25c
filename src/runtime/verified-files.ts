import { createHash } from 'crypto';

/** Files that a pod gets by a ConfigMap and runs, or hands to root to be run. */
export interface VerifiedFiles {
  /** Where they are mounted. */
  readonly path: string;
  /** What they have to be, by their names below `path`. */
  readonly contents: { readonly [file: string]: string };
}

/** Where the copies are, of which nobody but the pod can change anything: `/tmp` is its own. */
const COPIES = '/tmp';

/**
 * A ConfigMap can be deleted and made anew under its name by whoever has that right in the namespace, with other content, be it immutable;
 * the pod's own spec can't be changed by them. So the spec has the digest of the files, and the pod runs a copy of them, if it has that
 * digest. The command has no `$(…)`: Kubernetes looks for variables of its own there.
 */
export function verifiedCommand(files: readonly VerifiedFiles[]): string {
  const checks = files.map(({ path, contents }) => `verified ${path} ${digestOf(contents)}`);
  return `# Runs a copy of the program, if it is the one that this pod was made with.
verified() {
  mkdir -p "${COPIES}$1" && cp -RL "$1"/* "${COPIES}$1" &&
    (cd "${COPIES}$1" && find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum) | grep -qx "$2  -" && return
  printf '{"outcome":"failed","step":"verified","message":"the files in %s are not those that this pod was made with","fix":"see who replaced their ConfigMap, delete it, and apply the chart again"}' "$1" | tee /dev/termination-log
  exit 2
}
${checks.join('\n')}
. "$0"
`;
}

/** Where a verified file is in the pod. */
export function verifiedPath(path: string): string {
  return `${COPIES}${path}`;
}

/** Programs are the same objects in all pods of all clusters, and large. */
const digests = new WeakMap<object, string>();

/** As the pod has it from `sha256sum` of the sums of all files, in the order of their names' bytes. */
function digestOf(contents: { readonly [file: string]: string }): string {
  const known = digests.get(contents);
  if (known !== undefined) return known;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const names = Object.keys(contents).map((file) => `./${file}`).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const digest = sha256(names.map((name) => `${sha256(contents[name.slice(2)])}  ${name}\n`).join(''));
  digests.set(contents, digest);
  return digest;
}
