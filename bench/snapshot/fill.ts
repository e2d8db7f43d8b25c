import { randomBytes } from 'crypto';
import { once } from 'events';
import { Agent, request } from 'https';
import { json } from 'stream/consumers';
import { readIdentity } from '../../test/support/etcd/certificates';
import { EtcdMember } from '../../test/support/etcd/etcd-member';
import { sleep } from '../../test/support/wait';

/** About the size of an object of Kubernetes. As many as etcd takes in one transaction, 128, are still below its limit of 1.5 MiB. */
const VALUE_BYTES = 8_000;
const KEYS_PER_TRANSACTION = 128;
const TRANSACTION_BYTES = VALUE_BYTES * KEYS_PER_TRANSACTION;

/**
 * Grows the database of a member to a size. It writes in transactions, since single writes would take many minutes.
 *
 * @param prefix of the keys; below `/registry/` an API server would take them for objects.
 */
export async function growTo(member: EtcdMember, bytes: number, prefix = '/registry/configmaps/default/object-'): Promise<void> {
  const agent = new Agent({ keepAlive: true, ...readIdentity(member.certificates) });
  const value = randomBytes(VALUE_BYTES).toString('base64');
  const missingBytes = async () => bytes - (await member.client.status()).dbSizeBytes;
  let next = (await member.client.status()).revision * KEYS_PER_TRANSACTION;
  const transaction = () => {
    const keys = Array.from({ length: KEYS_PER_TRANSACTION }, () => `${prefix}${next++}`);
    return post(agent, `${member.endpoint}/v3/kv/txn`, {
      success: keys.map((key) => ({ requestPut: { key: Buffer.from(key).toString('base64'), value } })),
    });
  };
  try {
    for (let missing = await missingBytes(); missing > 0; missing = await missingBytes()) {
      // A few at a time, and fewer towards the end, so that the size is met.
      const atOnce = Math.min(4, Math.ceil(missing / TRANSACTION_BYTES / 8));
      await Promise.all(Array.from({ length: atOnce }, transaction));
      // The database grows when etcd commits, every 100 ms.
      if (atOnce < 4) await sleep(150);
    }
  } finally {
    agent.destroy();
  }
}

async function post(agent: Agent, url: string, body: object): Promise<void> {
  const sent = request(url, { method: 'POST', agent });
  sent.end(JSON.stringify(body));
  const [response] = await once(sent, 'response');
  const answer = await json(response);
  if (response.statusCode !== 200) throw new Error(`etcd refused a transaction: ${JSON.stringify(answer)}`);
}
