import { Names } from 'cdk8s';
import { Construct } from 'constructs';

/**
 * The name of an object, of the ids that lead to its scope and of what is given besides, made by cdk8s.
 *
 * cdk8s cuts a name that is too long wherever that is, in the middle of a node's name too, and a dot at the cut makes the name invalid.
 * What stood around such a dot is joined by a hyphen; a name that is valid stays as cdk8s made it.
 */
export function objectName(scope: Construct, ...extra: string[]): string {
  return Names.toDnsLabel(scope, { extra }).replace(/[-.]*\.[-.]+|[-.]+\.[-.]*/g, '-').replace(/^[-.]+/, '');
}
