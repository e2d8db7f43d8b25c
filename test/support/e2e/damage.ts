import { NodeAccess } from '../../lab/node-access';

/** Ways in which a snapshot goes bad. Each changes the backup in the folder that it is given. */
export const damage = {
  truncated: (node: NodeAccess, backup: string) => node.shell('truncate -s "$(($(stat -c %s "$1") / 2 / 512 * 512 + 32))" "$1"', `${backup}/snapshot.db`),
  empty: (node: NodeAccess, backup: string) => node.shell(': >"$1"', `${backup}/snapshot.db`),
  bitFlipped: (node: NodeAccess, backup: string) => node.shell(`
    middle=$(($(stat -c %s "$1") / 2))
    byte=$(od -An -tu1 -j "$middle" -N 1 "$1")
    printf "\\\\$(printf %03o $((byte ^ 4)))" | dd of="$1" bs=1 seek="$middle" conv=notrunc status=none`, `${backup}/snapshot.db`),
  link: (node: NodeAccess, backup: string) => node.shell('mv "$1" "$1.elsewhere" && ln -s "$1.elsewhere" "$1"', `${backup}/snapshot.db`),
  folder: (node: NodeAccess, backup: string) => node.shell('rm "$1" && mkdir "$1"', `${backup}/snapshot.db`),
  missing: (node: NodeAccess, backup: string) => node.run(['rm', `${backup}/snapshot.db`]),
  someoneElses: (node: NodeAccess, backup: string) => node.run(['chown', '1000:1000', `${backup}/snapshot.db`]),
  foreignCluster: (node: NodeAccess, backup: string) => node.shell('sed -i "s/\\"cluster\\":\\"[^\\"]*\\"/\\"cluster\\":\\"billing\\"/" "$1"', `${backup}/backup.json`),

  /** As an etcd of a later minor would have written it, whole and with a true checksum. */
  newerStorage: (node: NodeAccess, backup: string) => node.run(['bash', '-euc', `
    cd "$1"
    grep -aq 'storageVersion3\\.[67]\\.0' snapshot.db
    LC_ALL=C sed -i 's/storageVersion3\\.[67]\\.0/storageVersion3.9.0/g' snapshot.db
    truncate -s -32 snapshot.db
    checksum=$(sha256sum <snapshot.db | cut -d' ' -f1)
    printf "$(echo "$checksum" | sed 's/../\\\\x&/g')" >>snapshot.db
    sed -i 's/"sha256":"[^"]*"/"sha256":"'"$checksum"'"/; s/"storageVersion":"[^"]*"/"storageVersion":"3.9.0"/' backup.json`, 'bash', backup]),
};
