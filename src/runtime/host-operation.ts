/** Where host operations keep their records, on the host and, mounted at the same path, in the pods that carry them. */
export const HOST_OPERATIONS_FOLDER = '/var/lib/cdk8s-day2';
