/** Refuses what isn't a whole number, or is one below the least. */
export function requireWholeNumber(prop: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new Error(`${prop} must be a whole number of at least ${min}, got ${value}`);
  }
}
