/** What EtcdCluster.fromStaticPodManifest reads wrongly so far, by the row's file, and how. What is mended leaves this list: its test says so. */
export const KNOWN_WRONG: Record<string, string> = {
  'edited-sh-c-with-comment': 'the flags in the shell\'s comment count, and win',
  'edited-flag-and-value-in-one-item': 'the item is passed over, and the member is called default',
  'edited-word-without-flag': 'a word that belongs to no flag is passed over',
  'edited-colon-behind-flag': 'a mapping among the words becomes [object Object], and the member is called default',
  'edited-number-as-value': 'a number becomes a word, which the kubelet refuses',
  'edited-empty-item': 'nothing becomes the word null; for the kubelet it is an empty word, which etcd refuses',
  'container-two-of-etcd': 'the one that is called etcd is taken',
  'env-from': 'variables from elsewhere are passed over',
  'env-braces-in-flags': '${NODE} is put in without a shell, which Kubernetes doesn\'t do',
  'env-boolean': 'a variable that is no word is taken, which the kubelet refuses',
  'volume-trailing-slashes': 'the folder keeps its slash at the end, and is another text than the same folder elsewhere',
  'volume-files-one-by-one': 'the authority\'s file is looked for in the folder\'s volume, not in its own',
  'volume-sub-path-expression': 'subPathExpr is passed over, and the data is looked for a folder too high',
  'vendor-tkg': 'the version is not read from v3.5.6_vmware.20',
  'vendor-openshift': 'variables that the script sets are passed over, and the member is called default',
};
