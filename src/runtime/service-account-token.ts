import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { volumeOf } from './internals';

/** Where clients look for the token. */
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The token of the pod's service account, for the containers that mount it. The volume that Kubernetes adds by itself has the same files, but
 * is mounted in every container of the pod.
 *
 * @see https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
export function serviceAccountToken(scope: Construct): kplus.VolumeMount {
  const volume = volumeOf(scope, 'Token', 'token', {
    projected: {
      sources: [
        { serviceAccountToken: { path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardApi: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  });
  return { volume, path: MOUNT_PATH, readOnly: true };
}
