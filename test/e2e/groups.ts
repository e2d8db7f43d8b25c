/** What the scenarios of each group are about. */
export const groups: { readonly [group: number]: string } = {
  1: 'manifests of all examples',
  2: 'a backup, by its schedule and when asked',
  3: 'a backup of every member, and with a member down',
  4: 'volumes: claims and EBS',
  5: 'a backup of an external etcd',
  6: 'faults of a backup',
  7: 'etcd images, 3.4 to 3.6, with and without a shell',
  8: 'a backup restored by plain etcdutl',
  9: 'what kubectl shows',
  10: 'a restore of one control plane',
  11: 'a restore of three control planes',
  12: 'a restore of an external etcd',
  13: 'faults of a restore',
  14: 'wrong input of a restore',
  15: 'a member replaced',
  16: 'clusters not made by the book',
};
