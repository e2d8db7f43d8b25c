/** Flags that are no switches, of those which are edited here. */
const TAKES_VALUE = new RegExp('^(name|(data|wal)-dir|(config|[a-z-]*(ca|cert|key))-file|[a-z-]+-urls|initial-cluster(-token)?|etcd-.*'
  + '|secure-port|(bind|advertise)-address|encryption-provider-config)$');

/** By the rules of Go's package flag; whether a flag is a boolean is told by what follows it. */
export function flagsOf(words: string[]): Record<string, string> {
  const flags: Record<string, string> = {};
  for (let i = 0; i < words.length; i++) {
    const [, name, value] = /^--?([A-Za-z][-A-Za-z0-9]*)(?:=([^]*))?$/.exec(words[i]) ?? [];
    if (name === undefined) throw new Error(`${JSON.stringify(words[i])} is no flag`);
    // Go takes the next word for its value, whatever that is.
    if (value === undefined && TAKES_VALUE.test(name) && !/^[^-]/.test(words[i + 1] ?? '')) throw new Error(`--${name} has no value`);
    const isApart = value === undefined && words[i + 1] !== undefined && !words[i + 1].startsWith('-');
    flags[name] = value ?? (isApart ? words[++i] : 'true');
  }
  return flags;
}
