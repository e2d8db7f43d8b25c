import { ApiObject } from 'cdk8s';
import { requireDnsSubdomain } from './names';

/** Refuses an object that Kubernetes would refuse for its name: cdk8s makes names of construct ids, and leaves characters such as _ in. */
export function requireObjectName(object: ApiObject): void {
  requireDnsSubdomain(`the name that the ids in ${object.node.path} give`, object.metadata.name!);
}
