import { Edit, editLine, pick } from './lines';

/* Characters that mean something to YAML, to Kubernetes or to a reader of lines. */
const CHARACTERS = [...' \t\n\r:-#\'"[]{},&*!|>%@`~=/\\$()?x0', '\u00a0', '\u2028', '- ', ': ', ' #', '\n ', '${', '$('];

/** Edits that nobody wants: a line too few or too many, a wrong letter. */
export const SLIPS: Record<string, Edit> = {
  'a line deleted': editLine(/\S/, () => []),
  'a line doubled': editLine(/\S/, (line) => [line, line]),
  'a letter changed': (text, choice) => change(text, choice.at, 1, pick(CHARACTERS, choice.with)),
  'a letter too many': (text, choice) => change(text, choice.at, 0, pick(CHARACTERS, choice.with)),
  'a letter deleted': (text, choice) => change(text, choice.at, 1, ''),
  'a line further in': editLine(/\S/, (line, choice) => pick([' ', '  ', '\t'], choice.with) + line),
  'a line further out': editLine(/^ /, (line) => line.slice(1)),
  'the rest missing': (text, choice) => text.slice(0, choice.at % (text.length + 1)),
};

function change(text: string, at: number, length: number, by: string): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + by + text.slice(place + length);
}
