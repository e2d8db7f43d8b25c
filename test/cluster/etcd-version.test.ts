import * as fc from 'fast-check';
import { EtcdVersion } from '../../src/cluster/etcd-version';

const of = (version: string) => EtcdVersion.of(version);

describe('reading a version', () => {
  test.each([
    ['3.5.21', '3.5.21'],
    ['v3.6.5', '3.6.5'],
    ['3.5.21-0', '3.5.21'],
    ['v3.5.9-eks-1-28-6', '3.5.9'],
    ['3.4.30+dfsg-1', '3.4.30'],
    ['v3.5.6_vmware.20', '3.5.6'],
    ['v3.5.21-eks-1-33-13', '3.5.21'],
    ['3.5.15-0-gke.4', '3.5.15'],
    ['v3.5.9-k3s1-build20230802', '3.5.9'],
    ['3.5.3-rc.0', '3.5.3'],
    ['3.5.9-debian-11-r20', '3.5.9'],
    ['v3.5.16-amd64', '3.5.16'],
    ['v3.5.9-rancher1-1', '3.5.9'],
  ])('%s is etcd %s', (text, version) => expect(of(text).toString()).toBe(version));

  test.each(['', '3', '3.5', 'latest', '3.5.x', ' 3.5.21', '3.5.21.4', 'a3.5.1', '_3.5.21', '3.5.21rc'])('%j is refused, and the message says what a version looks like', text => {
    expect(() => of(text)).toThrow(`etcd version must be three numbers such as 3.5.21, v3.6.5 or 3.5.21-0, got ${JSON.stringify(text)}`);
  });

  test('the numbers can be asked for', () => {
    const { major, minor, patch } = of('3.5.21');
    expect([major, minor, patch]).toEqual([3, 5, 21]);
  });
});

describe('order', () => {
  const version = fc.tuple(fc.nat(5), fc.nat(12), fc.nat(40));

  test('a version is newer when the first number in which they differ is larger', () => {
    fc.assert(fc.property(version, version, (a, b) => {
      const index = a.findIndex((number, i) => number !== b[i]);
      const expected = index < 0 ? 0 : Math.sign(a[index] - b[index]);
      const order = of(a.join('.')).compareTo(of(b.join('.')));
      expect(Math.sign(order)).toBe(expected);
      expect(of(a.join('.')).isAtLeast(of(b.join('.')))).toBe(expected >= 0);
    }));
  });

  test('numbers count, not letters: 3.5.9 is older than 3.5.10', () => expect(of('3.5.9').isAtLeast(of('3.5.10'))).toBe(false));
});
