import { EXTERNAL_PAGE } from '../../src/break-glass/external-page';
import { fillPage } from '../../src/break-glass/page';
import { STACKED_PAGE } from '../../src/break-glass/stacked-page';

test('a value stands in the midst of a line, several times if need be, and what it has is not read again', () => {
  expect(fillPage('on {{A}}: {{A}} and {{B}}', { A: '{{B}}', B: '$&' })).toBe('on {{B}}: {{B}} and $&');
});

test('a value alone in a line has its blanks before each line, and takes the line with it when it is empty', () => {
  expect(fillPage('a:\n    {{LINES}}\n    {{NONE}}\nend', { LINES: 'one\ntwo', NONE: '' })).toBe('a:\n    one\n    two\nend');
});

test('a part is there if its condition and all around it are true', () => {
  const page = 'a\n{{IF YES}}\nb\n{{IF NO}}\nc\n{{IF YES}}\nd\n{{END}}\n{{END}}\ne\n{{END}}\nf';
  expect(fillPage(page, { YES: true, NO: false })).toBe('a\nb\ne\nf');
  expect(fillPage(page, { YES: true, NO: true })).toBe('a\nb\nc\nd\ne\nf');
  expect(fillPage(page, { YES: false, NO: true })).toBe('a\nf');
});

test('remarks on options stand under each other', () => {
  expect(fillPage('    sh restore.sh --a  # one\n    sh restore.sh --bbb {{X}}  # two', { X: 'cp1' })).toBe(
    `    sh restore.sh --a${' '.repeat(23)}  # one\n    sh restore.sh --bbb cp1${' '.repeat(17)}  # two`);
});

test('a name without a value is an error, and no hole in a page that somebody needs at night', () => {
  expect(() => fillPage('on {{A}}', {})).toThrow('a page has {{A}}, for which there is no value');
  expect(() => fillPage('{{IF A}}\n{{END}}', {})).toThrow('{{A}}');
});

test.each([['stacked', STACKED_PAGE], ['external', EXTERNAL_PAGE]])('each part of the %s page that begins ends', (_, page) => {
  expect(page.match(/^\{\{END\}\}$/gm)).toHaveLength(page.match(/^\{\{IF \w+\}\}$/gm)!.length);
});
