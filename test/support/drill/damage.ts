import { createHash } from 'crypto';
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'fs';
import { join } from 'path';

const snapshotOf = (backup: string) => join(backup, 'snapshot.db');

function rewriteRecord(backup: string, changes: object): void {
  const file = join(backup, 'backup.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }) + '\n');
}

/** Ways in which a backup goes bad. Each changes the one in the folder that it is given. */
export const damage = {
  truncated: (backup: string) => truncateSync(snapshotOf(backup), 16_384 + 32),
  empty: (backup: string) => writeFileSync(snapshotOf(backup), ''),
  flipped: (backup: string) => {
    const content = readFileSync(snapshotOf(backup));
    const middle = Math.floor(content.length / 2);
    content[middle] = 255 - content[middle];
    writeFileSync(snapshotOf(backup), content);
  },
  link: (backup: string) => {
    renameSync(snapshotOf(backup), join(backup, 'elsewhere.db'));
    symlinkSync('elsewhere.db', snapshotOf(backup));
  },
  folder: (backup: string) => {
    rmSync(snapshotOf(backup));
    mkdirSync(snapshotOf(backup));
  },
  missing: (backup: string) => rmSync(snapshotOf(backup)),
  someoneElses: (backup: string) => chownSync(snapshotOf(backup), 1000, 1000),
  recordOfSomeoneElse: (backup: string) => chownSync(join(backup, 'backup.json'), 1000, 1000),
  foreign: (backup: string) => rewriteRecord(backup, { cluster: 'billing' }),
  otherKeys: (backup: string) => rewriteRecord(backup, { fingerprints: { 'sa.pub': '0'.repeat(64) } }),

  /** As an etcd of the next minor would have written it, whole and with a true checksum. */
  newer: (backup: string) => {
    const content = readFileSync(snapshotOf(backup)).subarray(0, -32);
    for (let at = content.indexOf('storageVersion3.6.0'); at >= 0; at = content.indexOf('storageVersion3.6.0', at + 1)) content.write('storageVersion3.7.0', at);
    const checksum = createHash('sha256').update(content).digest();
    writeFileSync(snapshotOf(backup), Buffer.concat([content, checksum]));
    rewriteRecord(backup, { storageVersion: '3.7.0', sha256: checksum.toString('hex') });
  },

  /** A copy of a database, as it lies in a data folder: no checksum follows. */
  withoutChecksum: (backup: string) => truncateSync(snapshotOf(backup), readFileSync(snapshotOf(backup)).length - 32),
};
