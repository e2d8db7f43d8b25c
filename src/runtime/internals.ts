import { ApiObject } from 'cdk8s';

// All that leans on what cdk8s and cdk8s-plus-28 have never promised. test/runtime/internals.test.ts says for each function what that is.

/**
 * Has an object's name made anew whenever it is read: `ofObject` for whoever asks for it, `inManifest` when the object is written. cdk8s sets
 * a name once, in the constructor, and a `Lazy` in its place would come out of `object.name` as a `Lazy`.
 */
export function makeNameAnew(object: ApiObject, ofObject: () => string, inManifest: () => string): void {
  Object.defineProperty(object, 'name', { get: ofObject });
  Object.defineProperty(object.metadata, 'name', { get: inManifest });
}
