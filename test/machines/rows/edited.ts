import { Row } from '../row';
import { cp1, filesIn } from './cp1';

const source = 'manifests as people keep and print them in public notes and repositories';
const of = 'etcd';

/** Edited by hand, in the plain YAML that everybody reads alike. */
export const EDITED: Row[] = [
  { file: 'edited-trailing-blanks', title: 'blanks behind flags, keys and paths', of, source, expect: cp1() },
  { file: 'edited-crlf', title: 'saved on Windows', of, source, expect: cp1() },
  { file: 'edited-bom', title: 'saved by an editor that marks UTF-8', of, source, expect: cp1() },
  { file: 'edited-comments', title: 'comments at the head, between and behind', of, source, expect: cp1() },
  {
    file: 'edited-hash-in-words',
    title: '# within a word, which begins no comment',
    of,
    source,
    expect: cp1({ 'initial-cluster-token': 'etcd#1' }, { hostDataDir: '/var/lib/etcd#2' }),
  },
  { file: 'edited-single-quotes', title: 'every word in single quotes', of, source, expect: cp1() },
  { file: 'edited-double-quotes', title: 'words, paths and names in quotes', of, source, expect: cp1() },
  { file: 'edited-flow-command', title: 'command: [etcd, --name=cp1, …]', of, source, expect: cp1() },
  {
    file: 'edited-flow-mounts',
    title: 'mounts and volumes in braces',
    of,
    source: 'notes on static pods, a line a mount',
    expect: cp1({}, { hostDataDir: '/srv/etcd' }),
  },
  { file: 'edited-json-one-line', title: 'JSON on one line, as kubectl and APIs print it', of, source, expect: cp1() },
  { file: 'edited-value-in-next-item', title: '- --name, and - cp1 in the next line', of, source, expect: cp1() },
  { file: 'edited-single-dash', title: 'flags with one dash, as Go takes them', of, source, expect: cp1() },
  { file: 'edited-command-and-args', title: 'the program in command, its flags in args', of, source, expect: cp1() },
  {
    file: 'edited-args-alone',
    title: 'the image starts etcd, args has its flags',
    of,
    source: 'etcd 3.6, Dockerfile: ENTRYPOINT',
    expect: cp1({}, { image: 'quay.io/coreos/etcd:v3.6.5' }),
  },
  {
    file: 'edited-args-with-program',
    title: 'no command, and args begins with the program',
    of,
    source: 'etcd 3.5, Dockerfile: CMD',
    expect: cp1({}, { image: 'quay.io/coreos/etcd:v3.5.24' }),
  },
  {
    file: 'edited-flag-twice',
    title: 'a flag twice, of which the last one counts',
    of,
    source: 'Go, package flag',
    expect: cp1({ 'name': 'cp1b', 'data-dir': '/var/lib/etcd/second' }, { hostDataDir: '/var/lib/etcd/second' }),
  },
  { file: 'edited-head-dashes', title: '--- at the head, behind a comment', of, source: 'Ansible templates', expect: cp1() },
  { file: 'edited-tabs-behind', title: 'tabs behind words, before comments and behind a key', of, source, expect: cp1() },
  { file: 'edited-quoted-keys', title: 'every key in quotes', of, source: 'JSON that was turned into YAML', expect: cp1() },
  { file: 'edited-sequences-indented', title: 'lists indented below their keys', of, source: 'Helm charts and templates', expect: cp1() },
  { file: 'edited-wide-indentation', title: 'four blanks a level', of, source: 'PyYAML with indent=4', expect: cp1() },
  {
    file: 'edited-quoted-number-as-value',
    title: 'a number as a word, in quotes',
    of,
    source,
    expect: cp1({ 'name': '1', 'initial-cluster': '1=https://192.0.2.11:2380' }),
  },
  {
    file: 'edited-no-name',
    title: 'no --name: etcd calls itself default',
    of,
    source: 'etcd, its default',
    expect: cp1({ 'name': '', 'initial-cluster': 'default=https://192.0.2.11:2380' }),
  },
  { file: 'edited-empty-lines', title: 'empty lines, and lines of blanks', of, source, expect: cp1() },
  { file: 'edited-keys-turned-round', title: 'volumes before the containers, other names before command', of, source: 'yq, JSON tools', expect: cp1() },
  {
    file: 'data-dir-with-blank',
    title: 'a blank within the folder\'s name',
    of,
    source: 'written for this table',
    expect: cp1({ 'data-dir': '/var/lib/etcd data' }, { hostDataDir: '/var/lib/etcd data' }),
  },
  {
    file: 'volume-files-elsewhere',
    title: 'certificates from another folder of the host',
    of,
    source,
    expect: cp1({}, { hostFiles: filesIn('/srv/pki/etcd') }),
  },
];
