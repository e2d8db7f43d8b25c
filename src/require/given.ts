/** Refuses props without a required one: plain JavaScript lets a person leave it out or misspell it. */
export function requireGiven<Props extends object>(props: Props, ...names: (keyof Props & string)[]): void {
  if (props === undefined || props === null) {
    throw new Error(`props must be given, got ${props}: ${names.join(', ')} must be set`);
  }
  for (const name of names) {
    if (props[name] === undefined || props[name] === null) {
      throw new Error(`${name} must be given, got ${props[name]}: set it, or look for a misspelt name`);
    }
  }
}
