import { warnOfBadMemberCount } from '../../src/cluster/member-count';

const warn = jest.spyOn(console, 'warn').mockImplementation();

test.each([1, 3, 5, 7])('nothing is said of %i members', members => {
  warnOfBadMemberCount('odd', members, 'controlPlanes');
  expect(warn).not.toHaveBeenCalled();
});

test.each([
  [2, '2 etcd members tolerate the loss of 0, no more than 1 do, and one machine more can fail: use 1 or 3'],
  [4, '4 etcd members tolerate the loss of 1, no more than 3 do, and one machine more can fail: use 3 or 5'],
  [9, '9 etcd members make every write wait for 5 of them: use 3, 5 or at most 7'],
  [8, '8 etcd members make every write wait for 5 of them: use 3, 5 or at most 7'],
])('%i members are operated as they are, with a warning that names the cluster and the reason', (members, reason) => {
  warnOfBadMemberCount('even', members, 'controlPlanes');
  expect(warn).toHaveBeenCalledWith(`cdk8s-day2: etcd cluster even, by its controlPlanes: ${reason}`);
});

test('the same warning is given once, that of another cluster too', () => {
  ['first', 'first', 'second'].forEach(name => warnOfBadMemberCount(name, 2, 'controlPlanes'));
  expect(warn).toHaveBeenCalledTimes(2);
});
