import { parseLine } from './command-line';

test('without anything, help is meant', () => {
  expect(parseLine([])).toEqual({ command: 'help', args: [] });
});

test.each([
  [['--name', 'x', 'up', 'ha', '--workers', '2']],
  [['up', 'ha', '--name', 'x', '--workers', '2']],
  [['up', 'ha', '--workers', '2', '--name', 'x']],
])('the cluster is named wherever it is said: %j', (line) => {
  expect(parseLine(line)).toEqual({ command: 'up', args: ['ha', '--workers', '2'], name: 'x' });
});

test('what another program is told is left alone', () => {
  expect(parseLine(['kubectl', 'create', 'x', '--name', 'y'])).toEqual({ command: 'kubectl', args: ['create', 'x', '--name', 'y'] });
  expect(parseLine(['--name', 'x', 'kubectl', 'get', '--name', 'y'])).toEqual({ command: 'kubectl', args: ['get', '--name', 'y'], name: 'x' });
});

test('a name that is missing is an error, not another command', () => {
  expect(() => parseLine(['up', '--name'])).toThrow('--name must be followed by the name of a cluster');
});
