import { spawnSync } from 'child_process';
import { join } from 'path';

test('words that a person quotes come to the lab as they are: no shell on this machine reads them', () => {
  // An unknown command is named in full.
  const words = 'no \'such\' "command" $HOME  `id` $(id) * \\ ; # &';
  const { stdout, stderr, status } = spawnSync('npm', ['run', '--silent', 'lab', '--', words, 'exec'], { cwd: join(__dirname, '..', '..'), encoding: 'utf8' });
  expect(`${stdout}${stderr}`).toContain(`there is no command ${JSON.stringify(words)}`);
  expect(status).toBe(1);
});
