import { join } from 'path';
import * as ts from 'typescript';

const INDEX = join(__dirname, '..', 'src', 'index.ts');
const program = ts.createProgram([INDEX], { strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS });
const checker = program.getTypeChecker();
const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(INDEX)!)!);

/** Methods that take a type of cdk8s-plus-28 for convenience, each with one that does the same without. */
const CONVENIENT: { [taker: string]: string } = {
  'BackupVolume.fromPersistentVolumeClaim(claim)': 'BackupVolume.fromClaimName',
  'EtcdCertificates.fromSecret(secret)': 'EtcdCertificates.fromSecretName',
};

/** Whether a type, or one that it is made of, is declared by cdk8s-plus. */
function isOfPlus(type: ts.Type): boolean {
  const parts = type.isUnionOrIntersection() ? type.types : checker.getTypeArguments(type as ts.TypeReference);
  const declarations = type.aliasSymbol?.declarations ?? type.symbol?.declarations ?? [];
  return declarations.some((declaration) => declaration.getSourceFile().fileName.includes('/cdk8s-plus-')) || parts.some(isOfPlus);
}

/** Props of public interfaces and parameters of public methods, under the names that a user writes. */
function taken(): [string, ts.Type][] {
  return exported.flatMap((symbol): [string, ts.Type][] => {
    const [declaration] = symbol.declarations!;
    if (ts.isInterfaceDeclaration(declaration)) {
      return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
        .map((prop) => [`${symbol.name}.${prop.name}`, checker.getTypeOfSymbolAtLocation(prop, declaration)]);
    }
    if (!ts.isClassDeclaration(declaration)) return [];
    return declaration.members
      .filter((member) => ts.isMethodDeclaration(member) || ts.isConstructorDeclaration(member))
      .filter((member) => !ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) && !member.name?.getText().startsWith('_'))
      .flatMap((member) => member.parameters.map((parameter): [string, ts.Type] =>
        [`${symbol.name}.${member.name?.getText() ?? 'new'}(${parameter.name.getText()})`, checker.getTypeAtLocation(parameter)]));
  });
}

test('nothing that a user gives must be of cdk8s-plus: they have another release of it, another language, or none', () => {
  const names = taken().map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['EtcdSnapshotCronJobProps.nodes', 'KubeadmCluster.of(props)', 'EtcdRestoreJob.new(props)']));
  expect(taken().filter(([, type]) => isOfPlus(type)).map(([name]) => name).sort()).toEqual(Object.keys(CONVENIENT).sort());
});

test.each(Object.entries(CONVENIENT))('%s is done as well by %s, which takes no such type', (_, other) => {
  const parameters = taken().filter(([name]) => name.startsWith(`${other}(`));
  expect(parameters.length).toBeGreaterThan(0);
  expect(parameters.filter(([, type]) => isOfPlus(type))).toEqual([]);
});
