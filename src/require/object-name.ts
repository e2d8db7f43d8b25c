import { ApiObject } from 'cdk8s';
import { requireDnsSubdomain } from './names';

/** Refuses an object whose name Kubernetes would refuse: cdk8s makes names from construct ids, and keeps characters such as _ in them. */
export function requireObjectName(object: ApiObject): void {
  requireDnsSubdomain(`the name made from the ids in ${object.node.path}`, object.metadata.name!);
}
