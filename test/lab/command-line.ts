export interface Line {
  readonly command: string;
  readonly args: string[];
  /** The cluster that is meant, when it was named. */
  readonly name?: string;
}

/** Their arguments are another program's, which may have a --name of its own. */
const passedOn = ['kubectl', 'exec', 'logs'];

/** Reads `[--name CLUSTER] COMMAND ARGUMENT…`; except for another program's arguments, --name may also come later. */
export function parseLine(line: string[]): Line {
  const at = line.indexOf('--name');
  const command = at === 0 ? line[2] : line[0];
  if (at === -1 || at > 0 && passedOn.includes(command)) return { command: command ?? 'help', args: line.slice(1) };
  if (line[at + 1] === undefined) throw new Error('--name must be followed by the name of a cluster');
  const [first = 'help', ...args] = [...line.slice(0, at), ...line.slice(at + 2)];
  return { command: first, args, name: line[at + 1] };
}
