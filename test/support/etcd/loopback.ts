import { createServer } from 'net';

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}

/**
 * Ports of the loopback range that nobody listens on, each free on all the given addresses.
 *
 * Taken at random from below the range that the kernel hands out for outgoing connections: one of those could take a port
 * between this look and its use.
 */
export async function freePorts(count: number, addresses: string[] = ['127.0.0.1']): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const free = await Promise.all(addresses.map((address) => isFree(address, port)));
    if (free.every(Boolean)) ports.add(port);
  }
  return [...ports];
}
