/** The fields of an OpenAPI v3 schema that say what is required. */
interface Schema {
  readonly $ref?: string;
  readonly allOf?: Schema[];
  readonly required?: string[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

export interface PublishedSchemas {
  readonly components: { readonly schemas: { readonly [name: string]: Schema } };
}

/**
 * The paths of the fields that a published schema requires and an object lacks. An API server is lenient about them; tools that check
 * manifests earlier (kubeconform in a pipeline, older kubectl, policy engines) are not.
 */
export function missingFields(schemas: PublishedSchemas, name: string, object: unknown): string[] {
  const missing: string[] = [];
  const visit = (schema: Schema, value: any, path: string): void => {
    if (schema.$ref) visit(schemas.components.schemas[schema.$ref.split('/').pop()!], value, path);
    schema.allOf?.forEach((each) => visit(each, value, path));
    if (Array.isArray(value)) {value.forEach((item, i) => schema.items && visit(schema.items, item, `${path}.${i}`));} else if (typeof value === 'object' && value !== null) {
      missing.push(...(schema.required ?? []).filter((field) => !(field in value)).map((field) => `${path}.${field}`));
      for (const [field, item] of Object.entries(value)) {
        const of = schema.properties?.[field] ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
        if (of) visit(of, item, `${path}.${field}`);
      }
    }
  };
  visit(schemas.components.schemas[name], object, name);
  return missing;
}
