import { refuseBadMemberCount, warnOfBadMemberCount } from '../../src/cluster/member-count';

const warn = jest.spyOn(console, 'warn').mockImplementation();

describe('where etcd would be created', () => {
  test.each([1, 3, 5, 7])('%i members are fine', members => expect(() => refuseBadMemberCount(members)).not.toThrow());

  test.each([
    [2, '2 etcd members tolerate the loss of 0, no more than 1 do, and one machine more can fail: use 1 or 3'],
    [4, '4 etcd members tolerate the loss of 1, no more than 3 do, and one machine more can fail: use 3 or 5'],
    [9, '9 etcd members make every write wait for 5 of them: use 3, 5 or at most 7'],
    [8, '8 etcd members make every write wait for 5 of them: use 3, 5 or at most 7'],
  ])('%i members are refused, with the reason', (members, reason) => expect(() => refuseBadMemberCount(members)).toThrow(reason));
});

describe('where etcd exists', () => {
  test.each([1, 3, 5, 7])('nothing is said of %i members', members => {
    warnOfBadMemberCount('odd', members, 'controlPlanes');
    expect(warn).not.toHaveBeenCalled();
  });

  test('an even number is operated as it is, with a warning that names the cluster and the reason', () => {
    warnOfBadMemberCount('even', 4, 'controlPlanes');
    expect(warn).toHaveBeenCalledWith('cdk8s-day2: etcd cluster even, by its controlPlanes: 4 etcd members tolerate the loss of 1, '
      + 'no more than 3 do, and one machine more can fail: use 3 or 5');
  });

  test('the same warning is given once, that of another cluster too', () => {
    ['first', 'first', 'second'].forEach(name => warnOfBadMemberCount(name, 2, 'controlPlanes'));
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
