import { request as httpRequest } from 'http';
import { Agent, request as httpsRequest } from 'https';
import { ClientIdentity } from './certificates';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly modRevision: number;
}

export interface EtcdStatus {
  readonly version: string;
  readonly memberId: string;
  readonly leaderId: string;
  readonly revision: number;
  readonly dbSizeBytes: number;
}

const encode = (text: string) => Buffer.from(text).toString('base64');
const decode = (text = '') => Buffer.from(text, 'base64').toString();

/** A client that shares no code with etcdctl: it speaks the JSON gateway of one endpoint. */
export class EtcdClient {
  private readonly agent: Agent | undefined;

  constructor(readonly endpoint: string, private readonly identity?: ClientIdentity) {
    this.agent = identity ? new Agent({ keepAlive: true, ca: identity.ca, cert: identity.cert, key: identity.key }) : undefined;
  }

  /** Writes a key and returns the revision that it got. */
  async put(key: string, value: string): Promise<number> {
    const { header } = await this.call('kv/put', { key: encode(key), value: encode(value) });
    return Number(header.revision);
  }

  /** Removes a key and returns the revision afterwards. */
  async delete(key: string): Promise<number> {
    const { header } = await this.call('kv/deleterange', { key: encode(key) });
    return Number(header.revision);
  }

  async get(key: string): Promise<KeyValue | undefined> {
    const { kvs = [] } = await this.call('kv/range', { key: encode(key) });
    return kvs.map(toKeyValue)[0];
  }

  /** What this one member has, which it says without a quorum, too. */
  async getHere(key: string): Promise<KeyValue | undefined> {
    const { kvs = [] } = await this.call('kv/range', { key: encode(key), serializable: true });
    return kvs.map(toKeyValue)[0];
  }

  /** Every key with a prefix, in order; every key of the database without one. */
  async list(prefix = ''): Promise<KeyValue[]> {
    const from = prefix === '' ? Buffer.from([0]) : Buffer.from(prefix);
    const { kvs = [] } = await this.call('kv/range', { key: from.toString('base64'), range_end: rangeEnd(prefix).toString('base64') });
    return kvs.map(toKeyValue);
  }

  async status(): Promise<EtcdStatus> {
    const { header, version, leader, dbSize } = await this.call('maintenance/status', {});
    return { version, memberId: header.member_id, leaderId: leader, revision: Number(header.revision), dbSizeBytes: Number(dbSize) };
  }

  /** Whether a read that needs the quorum is answered. */
  async healthy(): Promise<boolean> {
    await this.get('health');
    return true;
  }

  close(): void {
    this.agent?.destroy();
  }

  private call(path: string, body: object): Promise<any> {
    const url = new URL(`/v3/${path}`, this.endpoint);
    const send = this.identity ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(url, { method: 'POST', agent: this.agent, timeout: 10_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${url} answered ${response.statusCode}: ${text.trim()}`));
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${url} did not answer within 10 s`)));
      request.on('error', reject);
      request.end(JSON.stringify(body));
    });
  }
}

/** The smallest key after all keys with the prefix; a zero byte means "to the end". */
function rangeEnd(prefix: string): Buffer {
  if (prefix === '') return Buffer.from([0]);
  const end = Buffer.from(prefix);
  end[end.length - 1] += 1;
  return end;
}

function toKeyValue(kv: { key: string; value?: string; mod_revision: string }): KeyValue {
  return { key: decode(kv.key), value: decode(kv.value), modRevision: Number(kv.mod_revision) };
}
