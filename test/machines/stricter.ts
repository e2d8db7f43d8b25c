/**
 * What TypeScript refuses in a manifest that the whole of YAML understands, and so may the programs. A chart has to tell all machines how
 * a member is reached; a restore asks the etcd that runs, on its own machine.
 */
export const STRICTER: Record<string, RegExp> = {
  'a URL that no other machine could use': /^--[a-z-]+ must be scheme, host and port without a path/,
  'http, where a person has named certificates': /^endpoints must be https when certificates are given/,
  'no URL and no data folder: a chart guesses none': /has no --[a-z-]+: check that it is complete/,
  'a flag with an empty value, and variables without one': /has --[a-z-]+ without a value/,
  'a word that is no flag, where the word before it is a boolean': /has the word .*, where etcd takes only flags/,
  'a value that only the node knows': /which is known only on the node/,
  'no image, or a name that is none: a chart has to choose tools by it': /^image must be|has no image for etcd's container/,
};
