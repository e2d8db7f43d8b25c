import { createHash } from 'crypto';

/** Files that a pod gets from a ConfigMap, and runs or hands to root to run. */
export interface VerifiedFiles {
  /** Where they are mounted. */
  readonly path: string;
  /** What the files must contain, by their names below `path`. */
  readonly contents: { readonly [file: string]: string };
}

/** Where the copies are. `/tmp` is the container's own, so nobody else can change them. */
const COPIES = '/tmp';

/**
 * Commands that copy the files, check the copies, and run them. The digest to check them by is in the pod's spec.
 *
 * A person who may delete and create ConfigMaps in the namespace can replace even an immutable one, by another of its name with other content.
 * That person can't change the pod's spec. The commands have no `$(…)`, because Kubernetes would look for its own variables there.
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

/** The path in the pod of a file's verified copy. */
export function verifiedPath(path: string): string {
  return `${COPIES}${path}`;
}

/** The digests that were computed already: programs are large, and the same objects in all pods of all clusters. */
const digests = new WeakMap<object, string>();

/** The digest as the pod computes it: `sha256sum` of the list of all files' sums, in the order of their names' bytes. */
function digestOf(contents: { readonly [file: string]: string }): string {
  const known = digests.get(contents);
  if (known !== undefined) return known;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const names = Object.keys(contents).map((file) => `./${file}`).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const digest = sha256(names.map((name) => `${sha256(contents[name.slice(2)])}  ${name}\n`).join(''));
  digests.set(contents, digest);
  return digest;
}
