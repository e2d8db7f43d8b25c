import { Row } from '../row';

const source = 'slips of the hand, as questions on forums show them';
const of = 'etcd';

/** Manifests that the kubelet or etcd refuses, too, or that mean something else than they seem to. No reader may read them nearly right. */
export const WRONG: Row[] = [
  {
    file: 'edited-quotes-within',
    title: '--data-dir="/var/lib/etcd": the quotes are the folder\'s',
    of,
    source,
    expect: { refused: /data-dir|absolute|quote/i, because: 'YAML keeps quotes within a word, and etcd makes a relative folder of them' },
  },
  {
    file: 'edited-blank-behind-equals',
    title: '--data-dir= /var/lib/etcd',
    of,
    source,
    expect: { refused: /data-dir|absolute|blank/i, because: 'the blank is the folder\'s first letter, so it is relative' },
  },
  {
    file: 'edited-flag-and-value-in-one-item',
    title: '- --name cp1',
    of,
    source,
    expect: { refused: /name cp1|flag|blank/i, because: 'etcd takes all of it for the flag\'s name' },
  },
  {
    file: 'edited-all-flags-in-one-item',
    title: '- etcd --name=… in one line',
    of,
    source,
    expect: { refused: /etcd/i, because: 'a program of that name is not there' },
  },
  {
    file: 'edited-word-without-flag',
    title: 'a word that belongs to no flag',
    of,
    source,
    expect: { refused: /cp1|word|flag/i, because: 'etcd refuses it' },
  },
  {
    file: 'edited-colon-behind-flag',
    title: '- --name: cp1',
    of,
    source,
    expect: { refused: /name|:|mapping|word|string/i, because: 'it is a mapping, and the kubelet wants words' },
  },
  {
    file: 'edited-number-as-value',
    title: 'a number as a word, without quotes',
    of,
    source,
    expect: { refused: /\b1\b|number|quote|string/i, because: 'the kubelet wants words' },
  },
  {
    file: 'edited-empty-item',
    title: 'an item without anything',
    of,
    source,
    expect: { refused: /empty|null|item|word|string/i, because: 'the kubelet makes an empty word of it, which etcd refuses' },
  },
  {
    file: 'edited-tab-indentation',
    title: 'a tab for blanks at the head of a line',
    of,
    source,
    expect: { refused: /tab|YAML/i, because: 'YAML has no tabs there' },
  },
  {
    file: 'edited-no-break-space-before',
    title: 'a no-break space behind the dash',
    of,
    source: 'commands that are copied from web pages',
    expect: { refused: /./, because: 'YAML sees no list there' },
  },
  {
    file: 'edited-carriage-return-within',
    title: 'comments behind the carriage returns of Windows',
    of,
    source: 'sed on a file with line ends of Windows',
    expect: { refused: /carriage|\\r|CR|character|YAML/i, because: 'the kubelet ends a line there, and libraries of YAML 1.2 don\'t' },
  },
  {
    file: 'edited-line-separator',
    title: 'U+2028 at line ends',
    of,
    source: 'commands that are copied from web pages',
    expect: { refused: /ASCII|character|separator|YAML/i, because: 'the kubelet ends a line there, and libraries of YAML 1.2 don\'t' },
  },
  {
    file: 'edited-empty-name',
    title: '--name=, with nothing behind it',
    of,
    source,
    expect: { refused: /name/, because: 'the member has no name, not even the one by default' },
  },
  {
    file: 'edited-key-twice',
    title: 'volumes twice',
    of,
    source,
    expect: { refused: /twice|unique|volumes|duplicate/i, because: 'readers differ on which one counts' },
  },
  {
    file: 'edited-half-a-file',
    title: 'the second half is missing',
    of,
    source: 'a full disk',
    expect: { refused: /image|etcd|volume|hostPath|data-dir|name|key/i, because: 'what matters is not there' },
  },
  {
    file: 'data-dir-missing',
    title: 'no --data-dir: etcd takes one of its working folder',
    of,
    source: 'etcd, its default',
    expect: { refused: /data-dir/, because: 'a folder below the working folder is in the container' },
  },
  {
    file: 'data-dir-relative',
    title: '--data-dir=default.etcd',
    of,
    source: 'etcd, its default',
    expect: { refused: /data-dir|default\.etcd|absolute/i, because: 'a folder below the working folder is in the container' },
  },
];
