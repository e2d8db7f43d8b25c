import { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

// All that leans on what cdk8s and cdk8s-plus-28 have never promised. test/runtime/internals.test.ts says for each function what that is.

/**
 * Has an object's name made anew whenever it is read: `ofObject` for whoever asks for it, `inManifest` when the object is written. cdk8s sets
 * a name once, in the constructor, and a `Lazy` in its place would come out of `object.name` as a `Lazy`.
 */
export function makeNameAnew(object: ApiObject, ofObject: () => string, inManifest: () => string): void {
  Object.defineProperty(object, 'name', { get: ofObject });
  Object.defineProperty(object.metadata, 'name', { get: inManifest });
}

/** A volume as it is given, for what cdk8s-plus has no factory for. Its constructor is private. */
export function volumeOf(scope: Construct, id: string, name: string, source: Omit<kplus.k8s.Volume, 'name'>): kplus.Volume {
  return Reflect.construct(kplus.Volume, [scope, id, name, source]);
}

/** Whether somebody has said by the workload's own methods where its pods run. */
export function isPlaced({ scheduling }: kplus.Workload): boolean {
  const { affinity, nodeName } = scheduling._toKube();
  return affinity !== undefined || nodeName !== undefined;
}
