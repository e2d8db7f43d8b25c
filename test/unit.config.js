// `npm run test:unit`: every test that needs no built tools, which are those whose file does not say `describeWithTools`.
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
// Setting up builds tools, and part of the tests covers part of the code.
const { globalSetup, globalTeardown, coverageThreshold, ...whole } = require('../package.json').jest;

const root = join(__dirname, '..');
const tests = ['test', 'examples'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join(root, folder, file)));

module.exports = {
  ...whole,
  rootDir: root,
  collectCoverage: false,
  testMatch: tests.filter((file) => !readFileSync(file, 'utf8').includes('describeWithTools(')),
};
