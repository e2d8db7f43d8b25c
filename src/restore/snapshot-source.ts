import { requireAbsolutePath } from '../require/path';
import { requireText } from '../require/text';
import { requireUtcTime } from '../require/utc-time';

/**
 * Which backup is restored.
 */
export class SnapshotSource {
  /**
   * The newest complete backup on the volume.
   *
   * One that is dated in the future isn't taken. If there are backups of several etcd clusters, and no restore explains that, none is taken:
   * name one by `at`.
   */
  public static latest(): SnapshotSource {
    return new SnapshotSource('latest');
  }

  /**
   * The backup of this name, such as `20261121T101501Z-r960`.
   *
   * Throws when the text isn't the name of a backup.
   */
  public static at(name: string): SnapshotSource {
    requireText('snapshot', name);
    if (!/^\d{8}T\d{6}Z-r[1-9]\d*$/.test(name)) {
      throw new Error(`snapshot must be the name of a backup such as 20261121T101501Z-r960, got ${JSON.stringify(name)}`);
    }
    return new SnapshotSource(`at:${name}`);
  }

  /**
   * The newest complete backup that was taken at this time or before it, in UTC. It is taken, or not, as by `latest`.
   *
   * Throws when the text isn't a time such as `2026-11-21T10:00:00Z`.
   */
  public static before(time: string): SnapshotSource {
    return new SnapshotSource(`before:${requireUtcTime('snapshot', time)}`);
  }

  /**
   * A snapshot file on the holder's host, by its absolute path.
   *
   * Throws when the path isn't absolute.
   */
  public static file(path: string): SnapshotSource {
    requireAbsolutePath('snapshot', path);
    return new SnapshotSource(`file:${path}`);
  }

  private constructor(
    /**
     * The source as the program takes it: `latest`, `at:NAME`, `before:TIME` or `file:PATH`.
     *
     * @internal
     */
    public readonly _value: string,
  ) {}
}
