/** A command of a shell script, as its words. */
export type Command = string[];

const COMMENT = /#[^\n]*/y;
const CONTINUED = /\\\r?\n/y;
const BLANK = /[ \t\r]+/y;
const REDIRECTION = /&>>?|[<>][<>&|]*/y;
const END = /[;&|()\n]+/y;
const SINGLE_QUOTED = /'([^']*)'/y;
const DOUBLE_QUOTED = /"((?:[^"\\]|\\[^])*)"/y;
const ESCAPED = /\\([^])/y;
const VARIABLE = /\$\{[A-Za-z_]\w*\}|\$[A-Za-z_]\w*/y;
const COMPUTED = /\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|`[^`]*`/y;
const PLAIN = /[^]/y;

/**
 * Splits a small shell script, such as one given to `sh -c`, into its commands and their words. It understands quotes, backslashes, continued
 * lines, comments, redirections and the variables that are known. Everything else that a shell would compute is left as it is.
 */
export function shellCommands(script: string, environment: ReadonlyMap<string, string> = new Map()): Command[] {
  const commands: Command[] = [[]];
  let at = 0;
  let word: string | undefined;
  let isTarget = false;
  // Whether a word has begun, even if it is empty so far: the # of $EMPTY# begins no comment.
  let begun = false;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(script);
    at = match ? pattern.lastIndex : at;
    return match ? match[1] ?? match[0] : undefined;
  };
  const endWord = () => {
    // The target of a redirection is no word of the command.
    if (word !== undefined && !isTarget) commands[commands.length - 1].push(word);
    isTarget = isTarget && word === undefined;
    word = undefined;
  };
  const append = (text: string | undefined) => {
    if (text !== undefined) word = (word ?? '') + text;
    return text !== undefined;
  };
  /** Outside of quotes, a shell splits the value of a variable at its blanks. */
  const appendSplit = (text: string) => text.split(/\s+/).forEach((part, i) => {
    if (i > 0) endWord();
    if (part !== '') append(part);
  });

  while (at < script.length) {
    // A # within a word is a part of it.
    if (!begun && take(COMMENT) !== undefined) continue;
    if (take(CONTINUED) !== undefined) continue;
    begun = true;
    if (append(take(SINGLE_QUOTED))) continue;
    const text = take(DOUBLE_QUOTED);
    if (append(text && expandShell(text, environment))) continue;
    if (append(take(ESCAPED))) continue;
    const variable = take(VARIABLE);
    if (variable !== undefined) {
      appendSplit(expandShell(variable, environment));
    } else if (append(take(COMPUTED))) {
      continue;
    } else if (take(REDIRECTION) !== undefined) {
      // The 2 of 2>&1 is no word of the command.
      if (/^\d+$/.test(word ?? '')) word = undefined;
      endWord();
      begun = false;
      isTarget = true;
    } else if (take(END) !== undefined) {
      endWord();
      begun = isTarget = false;
      commands.push([]);
    } else if (take(BLANK) !== undefined) {
      endWord();
      begun = false;
    } else {
      append(take(PLAIN));
    }
  }
  endWord();
  return commands.filter(command => command.length > 0);
}

/** Expands a text as between double quotes. */
function expandShell(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replace(/\\(["\\$`\n])|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, escaped?: string, braced?: string, bare?: string) =>
    escaped === undefined ? environment.get(braced ?? bare!) ?? whole : escaped.trim());
}

/** The names of the variables that a script sets itself: the values that they had before don't count. */
export function assignedIn(commands: Command[]): string[] {
  return commands.flatMap(command => command.map(word => /^([A-Za-z_]\w*)=/.exec(word)?.[1] ?? '').filter(name => name !== ''));
}
