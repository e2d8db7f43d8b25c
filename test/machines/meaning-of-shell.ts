/** What a shell's script runs in the end: the words of its last command, where that is one simple command. */
export function shellWords(words: string[]): string[] {
  const script = words[words.findIndex((word) => /^-[a-z]*c$/.test(word)) + 1];
  const lines = script.replace(/\\\n/g, ' ').split(/\n|;/).map((line) => line.replace(/(^|\s)#.*$/, '').trim()).filter((line) => line !== '');
  if (lines.some((line) => /^export |^[A-Z_]+=/.test(line))) throw new Error('the script sets variables');
  const last = lines[lines.length - 1].replace(/^exec\s+/, '').replace(/\s+\d?>+.*$/, '');
  return last.split(/\s+/);
}
