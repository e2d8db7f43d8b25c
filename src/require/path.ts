import { requireLine } from './text';

/** Refuses what isn't an absolute path: what a relative path means depends on where a program starts. */
export function requireAbsolutePath(prop: string, value: string): void {
  requireLine(prop, value);
  if (!value.startsWith('/') || value.split('/').includes('..')) {
    throw new Error(`${prop} must be an absolute path without '..', got ${JSON.stringify(value)}`);
  }
}
