import { cdk8s, javascript, JsonFile } from 'projen';

const project = new cdk8s.ConstructLibraryCdk8s({
  name: 'cdk8s-day2',
  description: 'Typed constructs for the day-2 life of kubeadm clusters: etcd backups and restores, proved on real clusters',
  author: 'The cdk8s-day2 authors',
  authorAddress: 'authors@cdk8s-day2.dev',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk8s-day2/cdk8s-day2.git',
  keywords: ['cdk8s', 'kubernetes', 'kubeadm', 'etcd', 'backup', 'restore', 'snapshot', 'disaster-recovery'],
  license: 'Apache-2.0',
  // Until 1.0: names may still change, each with a line in CHANGELOG.md.
  stability: 'experimental',
  copyrightOwner: 'The cdk8s-day2 authors',
  defaultReleaseBranch: 'main',
  projenrcTs: true,
  projenrcTsOptions: { projenCodeDir: '.projen' },
  sampleCode: false,

  // The lowest versions that exist and that the tests run on: projen pins the development dependencies to these floors.
  // cdk8s-plus-28 2.5.6 names cdk8s 2.68.11 as its floor, which was never published.
  cdk8sVersion: '2.68.12',
  constructsVersion: '10.3.0',
  peerDeps: ['cdk8s-plus-28@^2.5.6'],
  devDeps: ['@types/node@^20', '@types/node-forge@^1', 'fast-check@^4', 'node-forge@^1', 'tsx@^4'],
  // For the manifests from which clusters are read. cdk8s' own `Yaml` takes only files and URLs, starts a process for each, and ignores syntax
  // errors.
  bundledDeps: ['yaml@^2'],

  // jsii and TypeScript move together; TypeScript 7 has no ts-node.
  jsiiVersion: '~5.9.0',
  typescriptVersion: '~5.9.0',
  minNodeVersion: '20.0.0',
  packageManager: javascript.NodePackageManager.NPM,

  // programs/ is not in this list: programs are read at synthesis, so the package has them beside lib/. So is the page of docs/ that the kit has.
  npmIgnoreOptions: {
    ignorePatterns: [
      '/bench/', '/docs/*', '!/docs/break-glass.md', '/examples/', '/.ci/', '/.projen/', '/.projenrc.ts', '/.gitattributes', '/.eslintrc.json', '/CONTRIBUTING.md', '/API.md', '/coverage/', '/test-reports/',
    ],
  },
  gitignore: ['/coverage/', '.jsii.tabl.json', '/examples/*/dist/', '/.lab/', '*.tgz'],

  // Without these, projen would add files for a hosted workflow. Only .ci/run checks the project.
  github: false,
  buildWorkflow: false,
  release: false,
  depsUpgrade: false,
  pullRequestTemplate: false,

  publishToPypi: { distName: 'cdk8s-day2', module: 'cdk8s_day2' },
  publishToMaven: { javaPackage: 'io.github.cdk8sday2', mavenGroupId: 'io.github.cdk8s-day2', mavenArtifactId: 'cdk8s-day2' },
  publishToGo: { moduleName: 'github.com/cdk8s-day2/cdk8s-day2-go' },

  jest: true,
  jestOptions: {
    // A snapshot that the test command rewrites can't fail.
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    passWithNoTests: false,
    coverageText: true,
    junitReporting: false,
    jestConfig: {
      collectCoverageFrom: ['src/**/*.ts', '!src/index.ts', '!src/**/index.ts'],
      coverageThreshold: { lines: 95 },
      // Examples import the library by its name, as their reader will.
      moduleNameMapper: { '^cdk8s-day2$': '<rootDir>/src/index' },
      modulePathIgnorePatterns: ['<rootDir>/dist/'],
      // Many tests wait for etcd or a kubelet more than they compute.
      maxWorkers: '100%',
      // A drill of three machines keeps most of a core busy. More at once take longer together, as all of them look around while they wait.
      maxConcurrency: 3,
      // `describeWithTools` gives ten minutes to tests that run real programs.
      testTimeout: 60_000,
      globalSetup: '<rootDir>/test/toolchain/jest-global-setup.ts',
      globalTeardown: '<rootDir>/test/toolchain/jest-global-teardown.ts',
    },
  },
  tsconfigDev: {
    include: ['../bench/**/*.ts', '../examples/**/*.ts', '../.projenrc.ts'],
    exclude: ['../node_modules'],
    compilerOptions: {
      // Tests and tools use the language of the Node that runs them; only src/ is held to what jsii takes.
      noUnusedLocals: true,
      paths: { 'cdk8s-day2': ['../src/index'] },
    },
  },
  eslintOptions: { dirs: ['src'], devdirs: ['test', 'bench', 'examples'], prettier: false, projectService: true, commandOptions: { fix: false } },
});

// A lint that rewrites what it was asked to judge hides the fault; `npm run eslint -- --fix` is there for the author.
project.eslint?.addRules({
  '@stylistic/max-len': ['error', { code: 150, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreComments: true }],
});

// Examples import the library by its name, which the tests' tsconfig knows.
project.tryFindObjectFile('.eslintrc.json')?.addOverride('settings.import/resolver.typescript.project', './test/tsconfig.json');
project.eslint?.addRules({
  'import/order': ['warn', {
    groups: ['builtin', 'external'],
    pathGroups: [{ pattern: 'cdk8s-day2', group: 'external' }],
    pathGroupsExcludedImportTypes: ['builtin'],
    alphabetize: { order: 'asc', caseInsensitive: true },
  }],
});

// Without this, jsii's tools print at each call, in forty lines, that Node 20 is old.
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '1');

// jest measures the coverage of src/; eslint is a step of its own in .ci/run.
project.testTask.reset();
project.testTask.exec('jest --ci', { receiveArgs: true });

// These scripts take arguments from a person, such as `npm run lab -- exec cp1 sh -c 'echo $HOME'`. npm passes them on as they are. A task of projen
// has a shell read them a second time, which removes quotes and replaces variables on the wrong machine.
project.setScript('test', 'jest --ci');
project.setScript('test:unit', 'jest --ci --config test/unit.config.js');
project.setScript('snapshots:update', 'jest --ci=false -u --coverage=false');
project.setScript('toolchain', 'tsx test/toolchain/main.ts');
project.setScript('e2e', 'tsx test/e2e/main.ts');
project.setScript('lab', 'tsx test/lab/main.ts');
project.setScript('bench', 'tsx bench/main.ts');
const consumer = project.addTask('consumer', { description: 'Packs the library and uses it as somebody else would, in an empty folder' });
consumer.spawn(project.compileTask);
consumer.exec('tsx test/consumer/run.ts');
const synth = project.addTask('synth', { description: 'Compiles the library and synthesizes every example into its dist/' });
synth.spawn(project.compileTask);
synth.exec('tsx examples/synth.ts');
project.package.file.addOverride('jest.testMatch', ['<rootDir>/test/**/*.test.ts', '<rootDir>/examples/**/*.test.ts']);
project.removeTask('test:watch');
project.removeTask('test:update');
project.package.addField('engines', { node: '>= 20.0.0' });
project.package.addField('publishConfig', { access: 'public' });
// 1.13.0 names platform packages that not every mirror of the registry has, and `npm ci` refuses a lock file without them. jest and eslint need it.
project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });

// An editor takes the nearest tsconfig.json. These two give bench/ and examples/ the same settings as the tests.
for (const [dir, exclude] of [['bench', []], ['examples', ['*/dist']]] as const) {
  new JsonFile(project, `${dir}/tsconfig.json`, {
    marker: false,
    obj: {
      extends: '../test/tsconfig.json',
      compilerOptions: { rootDir: '..', paths: { 'cdk8s-day2': dir === 'examples' ? ['../lib/index', '../src/index'] : ['../src/index'] } },
      include: ['**/*.ts'],
      exclude,
    },
  });
}

project.synth();
