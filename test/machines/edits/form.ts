import { Edit, editLine, endOfBlock, indentationOf, pick } from './lines';

const LINE = /\S/;
const ITEM = /^\s*- --?[a-z]/;
const COMMENTS = ['#', '# was: --data-dir=/var/lib/old', '# - --name=old', '#hostNetwork: false', '# "quoted: [', '#\t--wal-dir=/wal'];
const BLANKS = [' ', '  ', '\t', ' \t '];

const blank = (length: number) => ' '.repeat(length);
const quoted = (quote: string): Edit => editLine(ITEM, (line) => line.replace(/- (.*?)\s*$/, (_, word: string) => `- ${quote}${word}${quote}`));

/** Moves all lines of a key deeper, by the same number of blanks. */
const indent: Edit = (text, choice) => {
  const lines = text.split('\n');
  const keys = lines.flatMap((line, index) => /^\s*(- )?[A-Za-z]+:\s*$/.test(line) ? [index] : []);
  if (keys.length === 0) return text;
  const start = pick(keys, choice.at);
  const more = pick([1, 2, 4], choice.with);
  for (let i = start + 1; i < endOfBlock(lines, start); i++) {
    lines[i] = lines[i].trim() === '' ? lines[i] : blank(more) + lines[i];
  }
  return lines.join('\n');
};

/** The first list of words as [a, b]. */
const flow: Edit = (text) => text.replace(/^(\s*(?:- )?(?:command|args):)\n((?:\s*- .*\n)+)/m, (whole, key: string, items: string) => {
  const words = items.trimEnd().split('\n').map((line) => line.replace(/^\s*- /, '').trim());
  return words.some((word) => /^[&*!|>{[]|[\s:]$| #|: /.test(word)) ? whole : `${key} [${words.map((word) => /^["']/.test(word) ? word : `"${word}"`).join(', ')}]\n`;
});

/** Edits that change the text and nearly never its meaning. */
export const FORM: Record<string, Edit> = {
  'blanks behind a line': editLine(LINE, (line, choice) => line + pick(BLANKS, choice.with)),
  'a comment behind a line': editLine(LINE, (line, choice) => `${line} ${pick(COMMENTS, choice.with)}`),
  'a comment before a line': editLine(LINE, (line, choice) => [blank(choice.with % 9) + pick(COMMENTS, choice.with), line]),
  'an empty line': editLine(LINE, (line, choice) => [blank(choice.with % 4), line]),
  'single quotes around a flag': quoted("'"),
  'double quotes around a flag': quoted('"'),
  'quotes around a value': editLine(/^\s*(- )?[A-Za-z]+: [^\s{["'#]+$/, (line) => line.replace(/: (.*)$/, ': "$1"')),
  'quotes around a key': editLine(/^\s*(- )?[A-Za-z]+:/, (line) => line.replace(/([A-Za-z]+):/, '"$1":')),
  'two flags change places': (text, choice) => {
    const lines = text.split('\n');
    const places = lines.flatMap((line, i) => ITEM.test(line) && ITEM.test(lines[i + 1] ?? '') && indentationOf(line) === indentationOf(lines[i + 1]) ? [i] : []);
    if (places.length === 0) return text;
    const at = pick(places, choice.at);
    lines.splice(at, 2, lines[at + 1], lines[at]);
    return lines.join('\n');
  },
  'the value of a flag in the next item': editLine(/^\s*- --[a-z-]+=\S+$/, (line) => line.replace(/=/, `\n${blank(indentationOf(line))}- `).split('\n')),
  'one dash for two': editLine(/^\s*- --/, (line) => line.replace('--', '-')),
  'a deeper block': indent,
  'the words on one line': flow,
  'line ends of Windows': (text) => text.replace(/\r?\n/g, '\r\n'),
  'a byte order mark': (text) => `\uFEFF${text.replace(/^\uFEFF/, '')}`,
  'a mark of the document': (text, choice) => pick(['---\n', '# by Ansible\n---\n', '--- # first\n'], choice.with) + text,
};
