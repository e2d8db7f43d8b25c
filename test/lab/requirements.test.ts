import { missingPackages } from './requirements';

test('the package of every command that is nowhere is missing, and only those', () => {
  const present = (file: string) => file === '/usr/sbin/ip';
  expect(missingPackages({ 'ip': 'iproute2', 'rsync': 'rsync', 'systemd-nspawn': 'systemd-container' }, present)).toEqual(['rsync', 'systemd-container']);
});
