/** Line breaks and other control characters. No name, path or address has them, and one would break a line of a page in two. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Refuses what isn't text. Plain JavaScript lets a person leave out or misspell a prop; the value is then undefined, and patterns would
 * match it as the word "undefined".
 */
export function requireText(prop: string, value: unknown): void {
  if (value === undefined || value === null) {
    throw new Error(`${prop} must be given, got ${value}: set it, or look for a misspelt name`);
  }
  if (typeof value !== 'string') {
    throw new Error(`${prop} must be text, got the ${typeof value} ${JSON.stringify(value)}: put it into quotes`);
  }
}

/** As `requireText`, and refuses control characters: the text becomes part of lines that a person reads, or types as root. */
export function requireLine(prop: string, value: unknown): void {
  requireText(prop, value);
  if (CONTROL.test(value as string)) {
    throw new Error(`${prop} must be one line without control characters, got ${JSON.stringify(value)}: leave them out`);
  }
}
