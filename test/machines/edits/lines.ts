/** The place of an edit, and what it puts there: numbers that each edit uses in its own way, so that a failing case shrinks. */
export interface Choice {
  readonly at: number;
  readonly with: number;
}

/** Changes a manifest's text; returns it unchanged where there is nothing to change. */
export type Edit = (text: string, choice: Choice) => string;

/** One of them, whatever the number. */
export function pick<T>(list: readonly T[], number: number): T {
  return list[number % list.length];
}

/** Changes one of the lines that fit; a line may become several, or none. */
export function editLine(fits: RegExp, change: (line: string, choice: Choice) => string | string[]): Edit {
  return (text, choice) => {
    const lines = text.split('\n');
    const places = lines.flatMap((line, index) => fits.test(line) ? [index] : []);
    if (places.length === 0) return text;
    const at = pick(places, choice.at);
    lines.splice(at, 1, ...[change(lines[at], choice)].flat());
    return lines.join('\n');
  };
}

export function indentationOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The first line behind a block that begins at a line: the next line that is no deeper and is no item of a list under the same key. */
export function endOfBlock(lines: string[], start: number): number {
  const depth = indentationOf(lines[start]);
  const isWithin = (line: string) => line.trim() === '' || indentationOf(line) > depth || (indentationOf(line) === depth && line.trimStart().startsWith('- '));
  const length = lines.slice(start + 1).findIndex((line) => !isWithin(line));
  return length < 0 ? lines.length : start + 1 + length;
}
