import { requireLine } from './text';

/** Refuses what isn't the absolute path of a folder, which would depend on where a program happens to start. */
export function requireAbsolutePath(prop: string, value: string): void {
  requireLine(prop, value);
  if (!value.startsWith('/') || value.split('/').includes('..')) {
    throw new Error(`${prop} must be an absolute path without '..', got ${JSON.stringify(value)}`);
  }
}
