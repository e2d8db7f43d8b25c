import { requireText } from './text';

/** Refuses what isn't a time in UTC, to the second. */
export function requireUtcTime(prop: string, time: string): string {
  requireText(prop, time);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time) || Number.isNaN(Date.parse(time))) {
    throw new Error(`${prop} must be a time in UTC such as 2026-11-22T00:00:00Z, got ${JSON.stringify(time)}`);
  }
  return time;
}
