import { createReadStream, existsSync, statSync } from 'fs';
import { createServer, Server } from 'http';
import { AddressInfo } from 'net';
import { join } from 'path';

/** Repositories of packages, one for each minor, at paths as pkgs.k8s.io has them. */
export abstract class PackageServer {
  private server?: Server;
  /** Requests that are answered by nothing, as by a repository that is away. */
  away = false;

  protected constructor(private readonly folder: string, private readonly kind: 'deb' | 'rpm') {}

  /** The folder of a minor's repository. */
  folderOf(version: string): string {
    return join(this.folder, 'core:', 'stable:', `v${version.split('.').slice(0, 2).join('.')}`, this.kind);
  }

  /** Serves the repositories on loopback, and returns the URL in which `{minor}` stands for a minor. */
  async serve(): Promise<string> {
    this.server = createServer((request, response) => {
      const file = join(this.folder, decodeURIComponent(request.url!));
      if (this.away) request.socket.destroy();
      else if (!existsSync(file) || statSync(file).isDirectory()) response.writeHead(404).end();
      else createReadStream(file).pipe(response);
    });
    await new Promise<void>((listening) => this.server!.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/core:/stable:/v{minor}/${this.kind}/`;
  }

  close(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
