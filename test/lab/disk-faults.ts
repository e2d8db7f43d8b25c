import { NodeAccess } from './node-access';

const ballast = '.ballast';

/**
 * Mounts a disk of its own at a folder of a node: a file system of a fixed size, which comes back at every boot.
 *
 * @param mebibytes at least 8.
 */
export async function mountDisk(node: NodeAccess, folder: string, mebibytes: number): Promise<void> {
  // The image lies beside what a node keeps, so that save points and power cuts treat it as they treat a disk.
  await node.shell(`
    image=/var/lib/disks/$(echo "$1" | tr / _).img
    mkdir -p /var/lib/disks "$1"
    truncate -s "$2M" "$image"
    mkfs.ext4 -q -m 0 -E nodiscard "$image"
    echo "$image $1 ext4 loop,_netdev,x-systemd.requires=prepare-node.service,x-systemd.before=kubelet.service 0 0" >>/etc/fstab
    systemctl daemon-reload
    mount "$1"
    rmdir "$1/lost+found"`, folder, String(mebibytes));
}

/** Takes a disk away again, and what was on it. */
export async function removeDisk(node: NodeAccess, folder: string): Promise<void> {
  await node.shell(`
    image=/var/lib/disks/$(echo "$1" | tr / _).img
    umount "$1"
    rm "$image"
    sed -i "\\|^$image |d" /etc/fstab
    systemctl daemon-reload`, folder);
}

/** Fills the file system of a folder up. @param leaveKibibytes what stays free; with 0, not a byte can be written any more. */
export async function fillDisk(node: NodeAccess, folder: string, leaveKibibytes: number = 0): Promise<void> {
  await node.shell(`
    free=$(df --output=avail -k "$1" | tail -n 1)
    size=$((free - $2))
    [ "$size" -gt 0 ] || { echo "only $free KiB are free on $1" >&2; exit 1; }
    if [ "$2" -gt 0 ]; then
      fallocate -l "\${size}K" "$1/${ballast}"
    else
      # A large file needs blocks for its own description, too.
      [ "$size" -le 1024 ] || fallocate -l "$((size - 1024))K" "$1/${ballast}"
      cat /dev/zero >>"$1/${ballast}" 2>/dev/null || true
    fi`, folder, String(leaveKibibytes));
}

/** Takes away what `fillDisk` put there. */
export async function emptyDisk(node: NodeAccess, folder: string): Promise<void> {
  await node.run(['rm', `${folder}/${ballast}`]);
}

/** Limits how fast the file system of a folder can be written to and read from by processes of the node. @param kibibytesPerSecond 0 for no limit. */
export async function slowDisk(node: NodeAccess, folder: string, kibibytesPerSecond: number): Promise<void> {
  await node.shell(`
    device=$(mountpoint -d "$1")
    rate=$(($2 * 1024))
    if [ -e /sys/fs/cgroup/blkio ]; then
      for direction in read write; do echo "$device $rate" >"/sys/fs/cgroup/blkio/blkio.throttle.\${direction}_bps_device"; done
    else
      [ "$rate" -gt 0 ] || rate=max
      echo "$device rbps=$rate wbps=$rate" >/sys/fs/cgroup/io.max
    fi`, folder, String(kibibytesPerSecond));
}
