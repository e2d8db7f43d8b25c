import { Row } from '../row';
import { cp1 } from './cp1';

const source = 'manifests as people keep and print them in public notes and repositories';
const of = 'etcd';
const typescript = 'understood';

/** YAML that is good and that a strict reader of lines declines, rather than to read it almost. */
export const DECLINED: Row[] = [
  {
    file: 'edited-double-quoted-escapes', title: '"\\x2f" in double quotes', of, source: 'YAML 1.2, 5.7', typescript,
    expect: { refused: /escape|quote|\\/i, because: 'escapes other than of the quote and the backslash are declined', meaning: cp1() },
  },
  {
    file: 'edited-json-many-lines', title: 'JSON over many lines', of, source: 'kubectl get -o json', typescript,
    expect: { refused: /flow|line|\{/i, because: 'flow style over several lines is declined', meaning: cp1() },
  },
  {
    file: 'edited-flow-many-lines', title: 'command: [ over many lines', of, source, typescript,
    expect: { refused: /flow|line|\[/i, because: 'flow style over several lines is declined', meaning: cp1() },
  },
  {
    file: 'edited-sh-c', title: 'sh -c with one text', of, source: 'kube-up of old, etcd in a shell', typescript,
    expect: { refused: /sh\b|shell/i, because: 'what a shell makes of a text only a shell knows', meaning: cp1() },
  },
  {
    file: 'edited-sh-c-with-comment', title: 'sh -c, the old flags in the shell\'s comment', of, source, typescript,
    expect: { refused: /sh\b|shell/i, because: 'what a shell makes of a text only a shell knows', meaning: cp1() },
  },
  {
    file: 'edited-sh-c-block', title: 'sh -c with a block of lines', of, source, typescript,
    expect: { refused: /sh\b|shell|block|\|/i, because: 'a block scalar, and a shell', meaning: cp1() },
  },
  {
    file: 'edited-block-scalar-flag', title: 'a flag as a folded block', of, source, typescript,
    expect: { refused: /block|scalar|>|\|/i, because: 'block scalars are declined', meaning: cp1() },
  },
  {
    file: 'edited-anchors', title: 'anchors and aliases', of, source, typescript,
    expect: { refused: /anchor|alias|&|\*/i, because: 'anchors and aliases are declined', meaning: cp1() },
  },
  {
    file: 'edited-merge-keys', title: '<<: *', of, source: 'YAML 1.1, merge keys', typescript,
    expect: { refused: /anchor|alias|merge|&|\*|<</i, because: 'anchors, aliases and merge keys are declined', meaning: cp1() },
  },
  {
    file: 'edited-tags', title: '!!str before words', of, source: 'YAML 1.1, tags', typescript,
    expect: { refused: /tag|!/i, because: 'tags are declined', meaning: cp1() },
  },
  {
    file: 'edited-two-documents', title: 'a second document behind it', of, source: 'the kubelet reads the first one alone', typescript,
    expect: { refused: /document|---/i, because: 'one document is expected', meaning: cp1() },
  },
  {
    file: 'edited-second-document', title: 'another document before it', of, source: 'a bundle of manifests as one file', typescript,
    expect: { refused: /document|---/i, because: 'the kubelet reads the first document alone, and this one would never run', meaning: cp1() },
  },
  {
    file: 'edited-line-continued', title: 'a word over two lines, in double quotes', of, source, typescript,
    expect: {
      refused: /quote|line/i, because: 'words over several lines are declined',
      meaning: cp1({ 'initial-cluster': 'cp1=https://192.0.2.11:2380,cp2=https://192.0.2.12:2380' }),
    },
  },
  {
    file: 'edited-word-folded', title: 'a word that goes on in the next line', of, source: 'yaml printers that break at 80 columns', typescript,
    expect: { refused: /line|indent|word/i, because: 'words over several lines are declined', meaning: cp1({ 'log-outputs': 'stderr, /var/log/etcd.log' }) },
  },
  {
    file: 'edited-tab-behind-dash', title: 'a tab behind the dash', of, source: 'YAML 1.2 has it, and the kubelet\'s reader does not', typescript,
    expect: { refused: /tab/i, because: 'the kubelet refuses it', meaning: cp1() },
  },
  {
    file: 'container-tini', title: 'a program that starts etcd', of, source: 'images with tini or dumb-init', typescript,
    expect: { refused: /tini|command|program/i, because: 'what another program does with its words is not known', meaning: cp1() },
  },
  {
    file: 'pod-own-network', title: 'no hostNetwork', of, source: 'written for this table', typescript,
    expect: { refused: /hostNetwork/, because: 'loopback and ports are another network\'s', meaning: cp1() },
  },
  {
    file: 'pod-network-switched-off', title: 'hostNetwork: false', of, source: 'written for this table', typescript,
    expect: { refused: /hostNetwork/, because: 'loopback and ports are another network\'s', meaning: cp1() },
  },
];
