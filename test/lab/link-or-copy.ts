import { copyFileSync, linkSync } from 'fs';

/** For files of the cache: they are large and never changed, so that a link is enough where the file system allows one. */
export function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}
