/**
 * Refuses what isn't a whole number, or is one below the least.
 *
 * @param fix what to do in place of it, behind a colon
 */
export function requireWholeNumber(prop: string, value: number, min: number, fix?: string): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new Error(`${prop} must be a whole number of at least ${min}, got ${value}${fix === undefined ? '' : `: ${fix}`}`);
  }
}

/**
 * Refuses what isn't a whole number within bounds.
 *
 * @param what whose bounds they are, and the unit
 */
export function requireWithin(prop: string, value: number, min: number, max: number, what: string): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${prop} must be a whole number from ${min} to ${max} (${what}), got ${value}`);
  }
}
