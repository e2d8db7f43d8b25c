/** What EtcdCluster.fromStaticPodManifest reads wrongly so far, by the row's file, and how. What is mended leaves this list: its test says so. */
export const KNOWN_WRONG: Record<string, string> = {
  'edited-empty-name': 'an empty name becomes default',
  'volume-trailing-slashes': 'the folder keeps its slash at the end, and is another text than the same folder elsewhere',
  'volume-files-one-by-one': 'the authority\'s file is looked for in the folder\'s volume, not in its own',
  'volume-sub-path-expression': 'subPathExpr is passed over, and the data is looked for a folder too high',
};
