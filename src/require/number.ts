/**
 * Refuses what isn't a whole number of at least `min`.
 *
 * @param fix what to do instead; the message ends with it, after a colon
 */
export function requireWholeNumber(prop: string, value: number, min: number, fix?: string): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new Error(`${prop} must be a whole number of at least ${min}, got ${value}${fix === undefined ? '' : `: ${fix}`}`);
  }
}

/**
 * Refuses what isn't a whole number from `min` to `max`.
 *
 * @param what what has these bounds, and the unit: `gp3, in MiB`
 */
export function requireWithin(prop: string, value: number, min: number, max: number, what: string): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${prop} must be a whole number from ${min} to ${max} (${what}), got ${value}`);
  }
}
