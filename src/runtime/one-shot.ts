import { createHash } from 'crypto';
import { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { makeNameAnew } from './internals';
import { objectName } from './object-name';

/**
 * Names a Job by the digest of its content. A Job's template can't be changed: under the same name a changed Job is refused by the API
 * server, and an unchanged one is, rightly, not run again.
 *
 * The digest is taken when the name is read, so whatever is changed before the chart is synthesized is in it. What the Job was called before
 * a change is refused at synthesis, if somebody has asked for it: it stands in another object by then, and means nothing.
 */
export function nameByContent(job: kplus.Job): void {
  const object = ApiObject.of(job);
  const { scope, id } = job.node;
  // The primary child is left out of names, as cdk8s does.
  const nameWith = (last: string) => objectName(scope!, ...id === 'Resource' ? [] : [id], last);

  let rendering = false;
  const nameNow = (): string => {
    // The content is rendered with a name in it.
    if (rendering) return nameWith('draft');
    rendering = true;
    try {
      return nameWith(digestOf(object.toJson()));
    } finally {
      rendering = false;
    }
  };
  const given = new Set<string>();
  const give = () => {
    const name = nameNow();
    given.add(name);
    return name;
  };
  makeNameAnew(object, give, nameNow);
  job.node.addValidation({
    validate: () => {
      const now = nameNow();
      return [...given].filter((name) => name !== now).map((name) => `the name ${name} was read before the Job was changed, and its name is now ${now}: `
        + 'read it after the last change, or lazily, as Lazy.any({ produce: () => job.name })');
    },
  });
}

/** Labels are left out: those of the Job itself can be changed where it is. */
function digestOf({ spec, metadata }: any): string {
  return createHash('sha256').update(JSON.stringify([spec, metadata?.annotations])).digest('hex').slice(0, 8);
}
