import { randomBytes } from 'crypto';
import { EtcdClient } from './etcd-client';

/** Grows a database to about so many megabytes with values that don't compress, and returns its size in bytes. */
export async function fillDatabase(client: EtcdClient, megabytes: number): Promise<number> {
  // etcd takes requests of up to 1.5 MiB.
  const value = randomBytes(512 * 1024).toString('base64');
  let next = 0;
  const total = Math.ceil((megabytes * 1e6) / value.length);
  const writer = async () => {
    while (next < total) {
      const number = next++;
      await client.put(`/fill/${String(number).padStart(6, '0')}`, value);
    }
  };
  await Promise.all(Array.from({ length: 8 }, writer));
  return (await client.status()).dbSizeBytes;
}
