import { existsSync, mkdirSync, symlinkSync } from 'fs';
import { delimiter, join } from 'path';

/**
 * Puts mawk into a folder as `awk`. It is the awk of Debian and Ubuntu, and the strictest of the three that nodes have; this machine's may be gawk, which
 * takes more.
 */
export function putMawk(folder: string): void {
  const mawk = (process.env.PATH ?? '').split(delimiter).map((each) => join(each, 'mawk')).find((file) => existsSync(file));
  if (mawk === undefined) throw new Error('there is no mawk, the awk of Debian and Ubuntu: install the package mawk');
  mkdirSync(folder, { recursive: true });
  const awk = join(folder, 'awk');
  if (!existsSync(awk)) symlinkSync(mawk, awk);
}
