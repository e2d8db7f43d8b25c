import { createServer } from 'net';

/** Whether nobody listens on it, at whatever address. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}

// Below the range that the kernel hands out for outgoing connections: one of those could take a port between this look and its use.
const FIRST = 10_000;
const LAST = 31_999;

/** Each jest worker has ports of its own, and takes none twice: one that is taken may be listened on much later. */
const WORKERS = 16;
const worker = Number(process.env.JEST_WORKER_ID ?? 0) % WORKERS;
const taken = new Set<number>();

/** Ports that nobody listens on, at any address of this machine, and that were not given to anybody else. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (port % WORKERS !== worker || taken.has(port)) continue;
    taken.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}
