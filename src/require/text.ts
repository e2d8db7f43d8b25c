/** What no name, path or address holds: line breaks and other control characters, by which one line of a page becomes two. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Refuses what isn't text. Plain JavaScript lets a person leave out or misspell a prop, and what is then undefined would pass every pattern
 * as the word "undefined".
 */
export function requireText(prop: string, value: unknown): void {
  if (value === undefined || value === null) {
    throw new Error(`${prop} must be given, got ${value}: set it, or look for a misspelt name`);
  }
  if (typeof value !== 'string') {
    throw new Error(`${prop} must be text, got the ${typeof value} ${JSON.stringify(value)}: put it into quotes`);
  }
}

/** As `requireText`, and refuses control characters: what is given comes into lines that a person reads, or types as root. */
export function requireLine(prop: string, value: unknown): void {
  requireText(prop, value);
  if (CONTROL.test(value as string)) {
    throw new Error(`${prop} must be one line without control characters, got ${JSON.stringify(value)}: leave them out`);
  }
}
