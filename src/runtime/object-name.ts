import { Names } from 'cdk8s';
import { Construct } from 'constructs';

/**
 * The name of an object, made by cdk8s from the ids that lead to its scope and from `extra`.
 *
 * cdk8s may cut a name that is too long in the middle of a node's name, and a dot at the cut makes the name invalid. A hyphen replaces such a
 * dot and the hyphens and dots beside it; a name that is valid stays as cdk8s made it.
 */
export function objectName(scope: Construct, ...extra: string[]): string {
  return Names.toDnsLabel(scope, { extra }).replace(/[-.]*\.[-.]+|[-.]+\.[-.]*/g, '-').replace(/^[-.]+/, '');
}
