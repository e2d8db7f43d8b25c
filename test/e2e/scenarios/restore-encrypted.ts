import { randomBytes } from 'crypto';
import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import { NodeAccess } from '../../lab/node-access';
import { kubeadmCluster } from '../../support/e2e/chart';
import { valuesBelow } from '../../support/e2e/members';
import { RestoreDrill } from '../../support/e2e/restore';
import { withNodeFiles } from '../../support/with-node-files';
import { Scenario } from '../scenario';
import { Stage } from '../stage';

/** In a folder that the API server has mounted anyway. */
const encryptionConfig = '/etc/kubernetes/pki/encryption.yaml';

export const encryptedSecrets: Scenario = {
  group: 10,
  promise: 'encrypted Secrets read back after a restore; with another key on the machine it is refused before anything stops',
  spendsCluster: true,
  run: async (stage) => {
    const { kubernetes, cluster: { controlPlanes: [node] } } = stage;
    const key = await encrypt(stage, node);
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'sealed', namespace: 'default' }, stringData: { word: 'open sesame' } };
    await kubernetes.apply([secret]);
    const [stored] = await valuesBelow(node, '/registry/secrets/default/sealed');
    assert.match(stored, /^k8s:enc:aescbc:v1:/);
    const drill = await RestoreDrill.begin(stage, 'encrypted', {}, withNodeFiles(kubeadmCluster(stage, 'encrypted'), { encryptionConfigFile: encryptionConfig }).etcd);
    await kubernetes.kubectl(['delete', 'secret', '--namespace', 'default', 'sealed']);

    await node.writeFile(encryptionConfig, configurationOf(randomBytes(32)), '600');
    const refused = drill.idFor('refused');
    await drill.start({ restoreId: refused });
    const [told] = await drill.ended(refused);
    assert.equal(told.status, 1);
    assert.ok(told.message.includes(encryptionConfig), told.message);
    assert.match(told.fix, /put .* back/);
    await drill.assertAsBefore(refused);

    await node.writeFile(encryptionConfig, configurationOf(key), '600');
    const restoreId = drill.idFor('sealed');
    await drill.start({ restoreId });
    await drill.assertRestored(restoreId);
    const { data: { word } } = JSON.parse(await kubernetes.kubectl(['get', 'secret', '--namespace', 'default', 'sealed', '-o', 'json']));
    assert.equal(Buffer.from(word, 'base64').toString(), 'open sesame');
  },
};

/** Has the API server encrypt Secrets; returns the key. */
async function encrypt(stage: Stage, node: NodeAccess): Promise<Buffer> {
  const key = randomBytes(32);
  await node.writeFile(encryptionConfig, configurationOf(key), '600');
  await node.shell(`
    sed "s|^\\( *\\)- kube-apiserver$|&\\n\\1- --encryption-provider-config=$1|" /etc/kubernetes/manifests/kube-apiserver.yaml >/etc/kubernetes/edited.yaml
    chmod 600 /etc/kubernetes/edited.yaml
    mv /etc/kubernetes/edited.yaml /etc/kubernetes/manifests/kube-apiserver.yaml`, encryptionConfig);
  await stage.kubernetes.eventually('the API server runs with the key', async () => {
    await node.run(['pgrep', '--full', `^kube-apiserver .*--encryption-provider-config=${encryptionConfig}`]);
    return (await stage.kubernetes.kubectl(['get', '--raw', '/readyz', '--request-timeout=3s'])) === 'ok';
  }, 90);
  return key;
}

function configurationOf(key: Buffer): string {
  return stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [{ resources: ['secrets'], providers: [{ aescbc: { keys: [{ name: 'key1', secret: key.toString('base64') }] } }, { identity: {} }] }],
  });
}
