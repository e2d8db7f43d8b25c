import { asRoot } from '../support/pod/as-root';
import { BackupsOnDisk } from '../support/pod/backups-on-disk';
import { Shell } from '../support/pod/pod';
import { SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { NODE, STUB_CLUSTER, stubImage } from '../support/pod/stub-etcd';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const A_WHOLE_NUMBER = /whole number of at least 1/;

/** A variable, values that it can't have, and the way out that the program names. The chart's own value of it is a good one. */
const WRONG: [string, string[], RegExp][] = [
  ['CLUSTER', ['', '../x', 'Prod', '-rf', 'prod\n'], /lower-case letters, digits and hyphens/],
  ['ENDPOINTS', [''], /the client URLs of the members/],
  ['SNAPSHOT_TIMEOUT', ['0', 'abc', '1.5', '010', '9999999999999999'], A_WHOLE_NUMBER],
  ['ROUNDS', ['0'], A_WHOLE_NUMBER],
  ['ROUND_PAUSE', ['10s'], A_WHOLE_NUMBER],
  ['MINIMUM_FREE', ['1Gi'], A_WHOLE_NUMBER],
  // It is the only rule that the chart gives.
  ['KEEP_LAST', [''], A_WHOLE_NUMBER],
  ['KEEP_DAILY', ['0'], A_WHOLE_NUMBER],
  ['FINGERPRINTS', ['/nowhere'], /check that it exists on this node/],
  ['KIT_DIGEST', ['kit', '0A1B2C3D', '0a1b2c3', '../../..', '0a1b2c3d\n'], /8 hexadecimal digits, or leave it empty/],
  ['PKI', ['/nowhere'], /\/etc\/kubernetes\/pki with kubeadm, or leave PKI empty/],
];

describeWithTools('a wrong input', [toolchain.busybox], () => asRoot('a wrong input', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let scene: SnapshotScene;

    beforeAll(() => {
      const options = { image: {}, shell };
      scene = new SnapshotScene(STUB_CLUSTER, options);
      options.image = stubImage(scene);
    });
    afterAll(() => scene.remove());

    const run = (env: Record<string, string>) => scene.run({ nodes: NODE }, { extra: { env } });
    /** The volume from its top folder on. */
    const volume = () => new BackupsOnDisk(scene.folder).look(['volume']);

    test.each(WRONG.flatMap(([variable, values, fix]) => values.map((value): [string, string, RegExp] => [variable, value, fix])))(
      '%s=%j is refused by name, and the volume is not touched', async (variable, value, fix) => {
        const before = volume();
        const result = await run({ [variable]: value });
        expect({ exitCode: result.exitCode, ...summaryOf(result) }).toEqual({
          exitCode: 2, outcome: 'failed', step: 'check', message: expect.stringContaining(variable), fix: expect.stringMatching(fix),
        });
        expect(result.stderr).toMatch(fix);
        expect(volume()).toEqual(before);
      });

    // Last, as it writes. If the chart's own values were refused, the tests above would prove nothing.
    test('none is wrong: the run goes well', async () => {
      const result = await run({});
      expect({ exitCode: result.exitCode, outcome: summaryOf(result).outcome }).toEqual({ exitCode: 0, outcome: 'saved' });
    });
  });
}));
