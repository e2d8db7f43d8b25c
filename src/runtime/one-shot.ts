import { createHash } from 'crypto';
import { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { makeNameAnew } from './internals';
import { objectName } from './object-name';

/**
 * Names a Job by the digest of its content. A Job's template can't be changed: under the same name the API server refuses a changed Job, and
 * doesn't run an unchanged one again, which is right.
 *
 * The digest is taken when the name is read, so it covers every change until the chart is synthesized. Where code has read the name and the
 * Job was changed afterwards, synthesis fails: another object may hold the old name by then, which no Job has.
 */
export function nameByContent(job: kplus.Job): void {
  const object = ApiObject.of(job);
  const { scope, id } = job.node;
  // cdk8s leaves the id of a default child, `Resource`, out of names.
  const nameWith = (last: string) => objectName(scope!, ...id === 'Resource' ? [] : [id], last);

  let rendering = false;
  const nameNow = (): string => {
    // Rendering the content reads the name, which would render the content again.
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

/** The digest of a Job's spec and annotations. The Job's own labels are left out: they can be changed in place. */
function digestOf({ spec, metadata }: any): string {
  return createHash('sha256').update(JSON.stringify([spec, metadata?.annotations])).digest('hex').slice(0, 8);
}
