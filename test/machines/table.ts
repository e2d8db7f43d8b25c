import { readFileSync } from 'fs';
import { join } from 'path';
import { Row } from './row';
import { API_SERVER } from './rows/api-server';
import { CONTAINERS } from './rows/containers';
import { DECLINED } from './rows/declined';
import { EDITED } from './rows/edited';
import { ENVIRONMENT } from './rows/environment';
import { KUBEADM } from './rows/kubeadm';
import { RESTORED } from './rows/restored';
import { VENDORS } from './rows/vendors';
import { VOLUMES } from './rows/volumes';
import { WRONG } from './rows/wrong';

export const MANIFESTS = join(__dirname, 'manifests');

/** Static pod manifests as the world has them, one row for each, and what is right. */
export const TABLE: Row[] = [
  ...KUBEADM, ...RESTORED, ...EDITED, ...DECLINED, ...WRONG, ...CONTAINERS, ...ENVIRONMENT, ...VOLUMES, ...VENDORS, ...API_SERVER,
];

export function pathOf(row: Row): string {
  return join(MANIFESTS, `${row.file}.yaml`);
}

export function textOf(row: Row): string {
  return readFileSync(pathOf(row), 'utf8');
}
