/** A command of a shell script, as its words. */
export type Command = string[];

const WORD = /(?:[^\s'"\\;&|<>()]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*"|\$\([A-Za-z_]\w*\))+|[;&|<>()]+|\n/g;
const QUOTED = /\\([^])|'([^']*)'|"((?:[^"\\]|\\[^])*)"/g;

/**
 * Splits a small shell script, such as one given to `sh -c`, into its commands and their words: quotes, backslashes, continued lines
 * and comments are understood, everything that a shell would compute is left as it stands.
 */
export function shellCommands(script: string): Command[] {
  const lines = script.replace(/\\\r?\n/g, ' ').replace(/^\s*#.*$/gm, '');
  const commands: Command[] = [[]];
  for (const [word] of lines.matchAll(WORD)) {
    if (/^([;&|<>()]+|\n)$/.test(word)) {
      commands.push([]);
    } else {
      commands[commands.length - 1].push(unquote(word));
    }
  }
  return commands.filter(command => command.length > 0);
}

function unquote(word: string): string {
  return word.replace(QUOTED, (_, escaped?: string, single?: string, double?: string) =>
    escaped ?? single ?? double!.replace(/\\(["\\$`])/g, '$1'));
}
