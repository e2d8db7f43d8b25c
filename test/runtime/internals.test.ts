import { ApiObject, Chart, Testing } from 'cdk8s';
import { makeNameAnew } from '../../src/runtime/internals';

// What cdk8s and cdk8s-plus-28 must be like, beside what they promise. A release that isn't fails here first.

describe('a name that is made anew', () => {
  const object = () => new ApiObject(new Chart(Testing.app(), 'platform'), 'object', { apiVersion: 'v1', kind: 'ConfigMap' });

  test('leans on names that are properties of the object and of its metadata, set once and open to another definition', () => {
    const { name, metadata } = Object.getOwnPropertyDescriptors(object());
    expect(name).toMatchObject({ value: 'platform-object-c8b8edab', configurable: true });
    expect(Object.getOwnPropertyDescriptor(metadata.value, 'name')).toMatchObject({ value: 'platform-object-c8b8edab', configurable: true });
  });

  test('leans on the metadata\'s name being read whenever the object is written', () => {
    const configMap = object();
    let name = 'first';
    makeNameAnew(configMap, () => `the ${name}`, () => name);
    expect([configMap.name, configMap.toJson().metadata.name]).toEqual(['the first', 'first']);
    name = 'second';
    expect([configMap.name, configMap.toJson().metadata.name, Testing.synth(Chart.of(configMap))[0].metadata.name]).toEqual(['the second', 'second', 'second']);
  });
});
