/** Refuses what isn't a list: a text in place of a list of texts would be read letter by letter. */
export function requireList(prop: string, value: unknown): void {
  if (!Array.isArray(value)) {
    throw new Error(`${prop} must be a list, got ${JSON.stringify(value)}: put it into brackets`);
  }
}

/** The first value that occurs more than once. */
export function firstDuplicate(values: string[]): string | undefined {
  return values.find((value, index) => values.indexOf(value) !== index);
}
