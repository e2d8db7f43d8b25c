import { createHash } from 'crypto';
import { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { objectName } from './object-name';

/**
 * A Job whose name carries the digest of its content. A Job's template can't be changed: under the same name a changed Job is refused by
 * the API server, and an unchanged one is, rightly, not run again.
 *
 * @param id the id of the Job within the scope
 * @param build makes the Job with that id and the given name, completely: what is changed afterwards isn't in the digest.
 */
export function oneShotJob(scope: Construct, id: string, build: (name: string) => kplus.Job): kplus.Job {
  // The primary child is left out of names, as cdk8s does.
  const which = id === 'Resource' ? [] : [id];
  const draft = ApiObject.of(build(objectName(scope, ...which, 'draft'))).toJson();
  scope.node.tryRemoveChild(id);
  const digest = createHash('sha256').update(JSON.stringify([draft.spec, draft.metadata?.annotations])).digest('hex').slice(0, 8);
  return build(objectName(scope, ...which, digest));
}
