import { readdirSync } from 'fs';
import { flagsOfKubeadm } from './kubeadm-flags';
import { meaningOfText, membersIn } from './meaning';
import { isRefused, meaningOf, Row, Understood } from './row';
import { MANIFESTS, TABLE, textOf } from './table';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { kubernetesReleases } from '../lab/versions';

jest.spyOn(console, 'warn').mockImplementation();

test('every manifest has its row, and every row its manifest', () => {
  const files = readdirSync(MANIFESTS).filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length));
  expect(TABLE.map(({ file }) => file).sort()).toEqual(files.sort());
});

describe.each<Row['of']>(['etcd', 'kube-apiserver'])('kubeadm\'s manifests of %s', (of) => {
  const rows = TABLE.filter((row) => row.of === of && row.minors);

  test('are of every minor from 1.20 to the newest one', () => {
    const newest = Math.max(...kubernetesReleases.map(({ version }) => Number(version.split('.')[1])));
    expect(rows.flatMap(({ minors }) => minors)).toEqual(Array.from({ length: newest - 19 }, (_, index) => 20 + index));
  });

  test.each(rows.flatMap((row) => row.minors!.map((minor) => [row.file, minor, row] as const)))('%s has the flags of 1.%d', (_, minor, row) => {
    const { settings } = meaningOfText(textOf(row), of);
    const ofJoining = settings['initial-cluster']?.includes(',') ? ['initial-cluster-state'] : [];
    expect(Object.keys(settings).sort()).toEqual([...flagsOfKubeadm(of, minor), ...ofJoining].sort());
  });
});

describe('the whole of YAML, read by the rules of Kubernetes and etcd, says what the table says', () => {
  test.each(TABLE.map((row) => [row.file, row] as const))('%s', (_, row) => {
    const right = meaningOf(row);
    if (right) {
      expectMeaning(meaningOfText(textOf(row), row.of), right);
    } else {
      expect(() => meaningOfText(textOf(row), row.of)).toThrow();
    }
  });
});

describe('EtcdCluster.fromStaticPodManifest says it, too, or refuses', () => {
  const rows = TABLE.filter(({ of }) => of === 'etcd');
  const read = (file: string) => expectTypeScript(rows.find((row) => row.file === file)!);

  test.each(rows.map(({ file }) => file))('%s', read);
});

function expectMeaning(got: Understood, right: Understood): void {
  const known = Object.keys(right.settings).map((flag) => [flag, got.settings[flag] ?? '']);
  expect(Object.fromEntries(known)).toEqual(right.settings);
  expect({ hostDataDir: got.hostDataDir, user: got.user, image: got.image }).toEqual(
    { hostDataDir: right.hostDataDir, user: right.user, image: right.image });
  expect(got.hostFiles).toEqual(expect.objectContaining(right.hostFiles ?? {}));
}

function expectTypeScript(row: Row): void {
  const { expect: right, typescript = 'same' } = row;
  if (typescript instanceof RegExp || (isRefused(right) && typescript === 'same')) {
    expect(() => readByTypeScript(row)).toThrow(typescript instanceof RegExp ? typescript : (right as { refused: RegExp }).refused);
    return;
  }
  const { settings, hostDataDir, hostFiles, image } = meaningOf(row)!;
  const cluster = readByTypeScript(row);
  expect({ dataFolder: cluster.dataFolder, image: cluster.image, controlPlanes: cluster.controlPlanes }).toEqual(
    { dataFolder: hostDataDir, image, controlPlanes: membersIn(settings) });
  if (hostFiles && isAsKubeadm(settings)) {
    expect(cluster.certificates?.files.ca).toBe(hostFiles['trusted-ca-file']);
  }
}

/** Gives a client's certificates where they can't be told, as they are not laid out as by kubeadm: a refusal then has another reason. */
function readByTypeScript(row: Row): EtcdCluster {
  const settings = meaningOf(row)?.settings;
  const areGiven = !settings || (settings['cert-file'] && !isAsKubeadm(settings));
  const certificates = areGiven ? EtcdCertificates.fromHostFolder() : undefined;
  return EtcdCluster.fromStaticPodManifest(textOf(row), { name: 'prod', certificates });
}

function isAsKubeadm(settings: Record<string, string>): boolean {
  const [server, ca] = [settings['cert-file'] ?? '', settings['trusted-ca-file'] ?? ''];
  return server.endsWith('/server.crt') && ca === server.replace(/server\.crt$/, 'ca.crt');
}
