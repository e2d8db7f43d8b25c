import { hierarchies } from './cgroup';

test('version 1 has a hierarchy for each controller', () => {
  expect(hierarchies([
    'tmpfs /sys/fs/cgroup tmpfs rw,relatime 0 0',
    'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0',
    'cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0',
    'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0',
    '',
  ].join('\n'))).toEqual(['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified']);
});

test('version 2 has one', () => {
  expect(hierarchies('proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n')).toEqual(['/sys/fs/cgroup']);
});
