import { lstatSync } from 'fs';

/** The permissions of a file or folder, as `chmod` takes them: 600. */
export function modeOf(path: string): string {
  return (lstatSync(path).mode % 0o1000).toString(8);
}
