import { requireText } from '../require/text';

/** The parts of an image's name. */
export interface ImageReference {
  /** Registry with its port, `docker.io` for short names. */
  readonly registry: string;
  /** Path within the registry, `library/busybox` for `busybox`. */
  readonly repository: string;
  readonly tag?: string;
  /** With its algorithm, `sha256:…`. */
  readonly digest?: string;
}

const PATTERN = /^(?<name>[^@]+?)(?::(?<tag>[A-Za-z0-9_][-.A-Za-z0-9_]{0,127}))?(?:@(?<digest>[A-Za-z0-9+._-]+:[0-9a-fA-F]{32,}))?$/;
const REGISTRY = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

/**
 * Splits the name of an image into its parts, as container runtimes do.
 *
 * @see https://github.com/distribution/reference/blob/main/reference.go
 */
export function parseImage(prop: string, image: string): ImageReference {
  requireText(prop, image);
  const { name = '', tag, digest } = PATTERN.exec(image)?.groups ?? {};
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const hasRegistry = /[.:]/.test(first) || first === 'localhost';
  const registry = hasRegistry ? first.replace(/^index\.docker\.io$/, 'docker.io') : 'docker.io';
  const path = hasRegistry ? name.slice(slash + 1) : name;
  if (!REGISTRY.test(registry) || !PATH.test(path)) {
    throw new Error(`${prop} must be the name of an image, such as registry.k8s.io/etcd:3.6.5-0, got ${JSON.stringify(image)}`);
  }
  return { registry, repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path, tag, digest };
}

/** As `parseImage`. Refuses an image with neither tag nor digest, as that name may mean another image tomorrow. */
export function parsePinnedImage(prop: string, image: string): ImageReference {
  const reference = parseImage(prop, image);
  if (!reference.tag && !reference.digest) {
    throw new Error(`${prop} must have a tag or a digest, got ${JSON.stringify(image)}: without one it changes when its registry does`);
  }
  return reference;
}

/** Refuses what isn't a registry, with or without a port and a path. */
export function requireRegistry(prop: string, value: string): void {
  requireText(prop, value);
  const [registry, ...path] = value.split('/');
  if (!REGISTRY.test(registry) || (path.length > 0 && !PATH.test(path.join('/')))) {
    throw new Error(`${prop} must be a registry, such as 192.168.50.90:5000 or harbor.example.com/proxy, without scheme and final slash, `
      + `got ${JSON.stringify(value)}`);
  }
}

/** Tag and digest as they are written after the repository. */
export function suffixOf(reference: ImageReference): string {
  return (reference.tag ? `:${reference.tag}` : '') + (reference.digest ? `@${reference.digest}` : '');
}
