/** The value of each name in a page: text of one or several lines, or whether a part of the page is there. */
export type PageValues = { readonly [name: string]: string | boolean };

/** Options are padded to this width, so that the remarks after them stand under each other. */
const OPTIONS_WIDTH = 26;

/**
 * Fills in the values of a page.
 *
 * - `{{NAME}}` is the value. Alone in a line, each line of the value gets the blanks before it, and an empty value takes the line away.
 * - The lines between `{{IF NAME}}` and `{{END}}` are there if the value is true.
 * - Remarks after options of restore.sh, two blanks behind them, are put under each other.
 *
 * Throws when the page has a name without a value.
 */
export function fillPage(page: string, values: PageValues): string {
  const valueOf = (name: string) => {
    if (values[name] === undefined) throw new Error(`a page has {{${name}}}, for which there is no value`);
    return values[name];
  };
  const filled: string[] = [];
  const conditions: boolean[] = [];
  for (const line of page.split('\n')) {
    const [, condition] = /^\{\{IF (\w+)\}\}$/.exec(line) ?? [];
    const [, blanks, alone] = /^( *)\{\{(\w+)\}\}$/.exec(line) ?? [];
    if (condition !== undefined) {
      conditions.push(valueOf(condition) === true);
    } else if (alone === 'END') {
      conditions.pop();
    } else if (conditions.includes(false)) {
      continue;
    } else if (alone !== undefined) {
      filled.push(...`${valueOf(alone)}`.split('\n').filter((each) => each !== '').map((each) => blanks + each));
    } else {
      filled.push(line.replace(/\{\{(\w+)\}\}/g, (_, name) => `${valueOf(name)}`));
    }
  }
  return filled.map(withRemarkInPlace).join('\n');
}

function withRemarkInPlace(line: string): string {
  return line.replace(/^( {4}sh restore\.sh )(.*\S) {2}# /, (_, program, options) => `${program}${options.padEnd(OPTIONS_WIDTH)}  # `);
}
