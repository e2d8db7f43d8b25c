/** Quotes a word so that a shell takes it for one word, whatever it contains: a person types these lines as root. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`;
}
