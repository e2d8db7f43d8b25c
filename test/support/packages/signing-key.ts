import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { run, runOrThrow } from '../../toolchain/run';

/** A key that signs repositories: its secret part, as text that can be kept. */
export class SigningKey {
  /**
   * @param expires as gpg takes it, such as `seconds=5`; `never`.
   * @param at when it is made, such as `20260101T000000`; now.
   */
  static async generate(name: string, expires: string = 'never', at?: string): Promise<SigningKey> {
    return withHome(async (gpg) => {
      await gpg([...at ? ['--faked-system-time', at] : [], '--passphrase', '', '--quick-generate-key', name, 'rsa2048', 'sign', expires]);
      return new SigningKey(await gpg(['--passphrase', '', '--armor', '--export-secret-keys']));
    });
  }

  constructor(readonly secret: string) {}

  /** The public key, as text. */
  get public(): Promise<string> {
    return this.use((gpg) => gpg(['--armor', '--export']));
  }

  get fingerprint(): Promise<string> {
    return this.use(async (gpg) => /^fpr:+(\w+):/m.exec(await gpg(['--with-colons', '--list-keys']))![1]);
  }

  /** The same key, made valid for good, also where it has expired. */
  renewed(): Promise<SigningKey> {
    return this.use(async (gpg) => {
      const fingerprint = /^fpr:+(\w+):/m.exec(await gpg(['--with-colons', '--list-keys']))![1];
      await gpg(['--passphrase', '', '--quick-set-expire', fingerprint, '0']);
      return new SigningKey(await gpg(['--passphrase', '', '--armor', '--export-secret-keys']));
    });
  }

  /** A text with its signature around it. */
  sign(text: string): Promise<string> {
    return this.use(async (gpg, home) => {
      writeFileSync(join(home, 'text'), text);
      // An expired key signs at a time when it had not.
      await gpg(['--yes', '--clearsign', '--output', join(home, 'signed'), join(home, 'text')]);
      return readFileSync(join(home, 'signed'), 'utf8');
    });
  }

  private use<T>(act: (gpg: (args: string[]) => Promise<string>, home: string) => Promise<T>): Promise<T> {
    return withHome(async (gpg, home) => {
      writeFileSync(join(home, 'secret'), this.secret);
      await gpg(['--import', join(home, 'secret')]);
      return act(gpg, home);
    });
  }
}

/** gpg with a home of its own, whose agent ends with it. The path is short, as a socket is made in it. */
async function withHome<T>(act: (gpg: (args: string[]) => Promise<string>, home: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'gpg-'));
  try {
    return await act((args) => runOrThrow('gpg', ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', ...args]), home);
  } finally {
    await run('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']);
    rmSync(home, { recursive: true, force: true });
  }
}
