/** Hosts that mean, on each machine, that machine itself, in several spellings. TypeScript and the programs have to know all of them. */
export const OWN_HOSTS = [
  '0.0.0.0', '127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', 'cp1.localhost', 'localhost.localdomain', 'ip6-localhost',
  '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[0:0:0:0:0:FFFF:7F00:1]',
];
