import { KeyValue } from '../etcd/etcd-client';
import { StubMachine } from '../stub/machine';

/** Without the leases that API servers renew all the time, and without what this library notes. */
export const storedByPeople = (keys: readonly KeyValue[]) => keys.filter(({ key }) => !/^\/cdk8s-day2\/|\/masterleases\//.test(key));

/** All that people have stored, as a member has it. */
export async function contentOf({ client }: StubMachine): Promise<KeyValue[]> {
  return storedByPeople(await client.list());
}

/** In words, what a member lacks, and what it should not have. A key is known by its revision, too: a restore keeps that. */
export async function faultsOfContent(
  machine: StubMachine, wanted: readonly KeyValue[], isOld: (key: KeyValue) => boolean = () => false,
): Promise<string[]> {
  const keys = await contentOf(machine);
  const there = new Map(keys.map((each) => [each.key, each]));
  const known = new Map(wanted.map((each) => [each.key, each]));
  const isSame = (one: KeyValue, other?: KeyValue) => one.value === other?.value && one.modRevision === other.modRevision;
  const isKept = (each: KeyValue) => {
    const now = there.get(each.key);
    // A later write in its place is no loss.
    return now !== undefined && (isSame(now, each) || (now.modRevision > each.modRevision && !isOld(now)));
  };
  const tell = ({ key, modRevision }: KeyValue) => `${key} of revision ${modRevision}`;
  return [
    ...wanted.filter((each) => !isKept(each)).map((each) => `${tell(each)} is missing on ${machine.name}`),
    ...keys.filter((each) => isOld(each) && !isSame(each, known.get(each.key))).map((each) => `${tell(each)} is there on ${machine.name}`),
  ];
}
