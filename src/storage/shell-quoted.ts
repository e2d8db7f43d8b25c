/** As a shell takes it for one word, whatever stands in it: what a person is told to type, they type as root. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`;
}
