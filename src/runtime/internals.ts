import { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

// Everything that relies on internals of cdk8s and cdk8s-plus-28. test/runtime/internals.test.ts says for each function on which.

/**
 * Computes an object's name each time that it is read: `ofObject` when code reads `object.name`, `inManifest` when the object is written.
 * cdk8s sets a name once, in the constructor; with a `Lazy` in its place, `object.name` would return that `Lazy`.
 */
export function makeNameAnew(object: ApiObject, ofObject: () => string, inManifest: () => string): void {
  Object.defineProperty(object, 'name', { get: ofObject });
  Object.defineProperty(object.metadata, 'name', { get: inManifest });
}

/** A volume from any source, for those that cdk8s-plus has no factory for. The constructor is private. */
export function volumeOf(scope: Construct, id: string, name: string, source: Omit<kplus.k8s.Volume, 'name'>): kplus.Volume {
  return Reflect.construct(kplus.Volume, [scope, id, name, source]);
}

/** Whether the workload's own `scheduling` was used to say where its pods run. */
export function isPlaced({ scheduling }: kplus.Workload): boolean {
  const { affinity, nodeName } = scheduling._toKube();
  return affinity !== undefined || nodeName !== undefined;
}
