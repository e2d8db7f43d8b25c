import { readFileSync } from 'fs';
import { join } from 'path';
import { HOST_OPERATIONS_FOLDER } from '../../src/runtime/host-operation';

test('the folder that pods mount is the one in which programs keep their records', () => {
  const text = readFileSync(join(__dirname, '..', '..', 'programs', 'lib', 'operation-folder.sh'), 'utf8');
  expect(text).toContain(`\nOPERATIONS=\${OPERATIONS:-${HOST_OPERATIONS_FOLDER}/operations}\n`);
});
