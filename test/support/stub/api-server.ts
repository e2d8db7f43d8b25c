import { appendFileSync, readFileSync } from 'fs';
import { Agent, createServer, request } from 'https';
import { join } from 'path';
import { TLSSocket } from 'tls';

/**
 * What an API server is to a restore: a process that renews its lease in its etcd all the time, and says by /readyz whether it can read.
 *
 * Run as a program of its own, with the flags of a real one. It notes every write that etcd has accepted in its audit log, a line each:
 * nanoseconds of sending and of the answer, the cluster's id, the revision, the value. SIGTERM ends it after half a minute, as a real one.
 */
const flags = new Map(process.argv.slice(2).map((argument) => argument.replace(/^--/, '').split(/=(.*)/s) as [string, string]));
const flag = (name: string) => flags.get(name)!;

const WRITE_MS = 300;
const ANSWER_MS = 1_500;
const SHUT_DOWN_MS = 30_000;

const endpoints = flag('etcd-servers').split(',');
// Where a real one renews its lease. It takes the prefix with or without slashes around.
const key = Buffer.from(join('/', flags.get('etcd-prefix') ?? 'registry', 'masterleases', flag('advertise-address'))).toString('base64');
const agent = new Agent({
  keepAlive: true,
  ca: readFileSync(flag('etcd-cafile')),
  cert: readFileSync(flag('etcd-certfile')),
  key: readFileSync(flag('etcd-keyfile')),
});

function ask(endpoint: string, path: string, body: object): Promise<any> {
  return new Promise((resolve, reject) => {
    const asked = request(`${endpoint}/v3/${path}`, { method: 'POST', agent }, (response) => {
      let text = '';
      response.on('data', (chunk) => { text += chunk; });
      response.on('error', reject);
      response.on('end', () => response.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(text)));
    });
    asked.setTimeout(ANSWER_MS, () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}

let turn = 0;

/** How long its key outlives it, in seconds. */
const LEASE_TTL = 15;
let lease: { id: string; until: number } | undefined;

/** A real one takes a new lease each time it renews. */
async function leaseAt(endpoint: string): Promise<string> {
  if (lease === undefined || lease.until < Date.now()) {
    const { ID } = await ask(endpoint, 'lease/grant', { TTL: LEASE_TTL });
    lease = { id: ID, until: Date.now() + LEASE_TTL * 1000 / 3 };
  }
  return lease.id;
}

async function write(): Promise<void> {
  const sent = process.hrtime.bigint();
  try {
    const endpoint = endpoints[turn++ % endpoints.length];
    const { header } = await ask(endpoint, 'kv/put', { key, value: Buffer.from(String(sent)).toString('base64'), lease: await leaseAt(endpoint) });
    appendFileSync(flag('audit-log-path'), `${sent} ${process.hrtime.bigint()} ${header.cluster_id} ${header.revision} ${sent}\n`);
  } catch {
    // Not accepted, or nobody knows. Another cluster does not know the lease.
    lease = undefined;
  }
  setTimeout(write, WRITE_MS);
}

/** etcd's revision, if any endpoint tells it. */
async function revision(): Promise<string | undefined> {
  for (const endpoint of endpoints) {
    try {
      return (await ask(endpoint, 'kv/range', { key })).header.revision;
    } catch {
      // Another one may answer.
    }
  }
  return undefined;
}

/** Tells its health to every client, and its objects only to clients with a certificate of its authority. */
function answer(url: string, known: boolean, seen: string | undefined): [number, string] {
  if (seen === undefined) return [500, 'etcd does not answer'];
  if (url === '/readyz') return [200, 'ok'];
  if (!known) return [401, '{"kind":"Status","code": 401}'];
  return [200, `{"kind":"NamespaceList","apiVersion":"v1","metadata":{"resourceVersion":"${seen}"},"items":[]}`];
}

createServer({
  cert: readFileSync(flag('tls-cert-file')),
  key: readFileSync(flag('tls-private-key-file')),
  ca: readFileSync(flag('client-ca-file')),
  requestCert: true,
  rejectUnauthorized: false,
}, (asked, response) => {
  void revision().then((seen) => {
    const [status, text] = answer(asked.url!, (asked.socket as TLSSocket).authorized, seen);
    response.writeHead(status).end(text);
  });
}).listen(Number(flag('secure-port')), '127.0.0.1');
void write();
process.on('SIGTERM', () => setTimeout(() => process.exit(0), SHUT_DOWN_MS));
