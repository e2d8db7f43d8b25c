import { Kubernetes } from './kubernetes';

/** What a person sees who runs kubectl, as a page of documentation. */
export class Transcript {
  /** The titles on a page. */
  static headings(page: string): string[] {
    return page.split('\n').filter((line) => /^#+ /.test(line));
  }

  private readonly lines: string[] = [];

  constructor(private readonly kubernetes: Kubernetes, title: string, introduction: string) {
    this.lines.push(`# ${title}`, '', introduction, '');
  }

  get page(): string {
    return this.lines.join('\n');
  }

  heading(text: string, level: number = 2): void {
    this.lines.push(`${'#'.repeat(level)} ${text}`, '');
  }

  say(text: string): void {
    this.lines.push(text, '');
  }

  /**
   * Runs kubectl and keeps what it prints; returns that.
   *
   * @param cut leaves a part of it, where the whole is long.
   */
  async show(args: string[], cut: (output: string) => string = (output) => output): Promise<string> {
    const { stdout, stderr } = await this.kubernetes.tryKubectl(args);
    this.lines.push('```console', `$ kubectl -n ${this.kubernetes.namespace} ${args.join(' ')}`, cut(`${stderr}${stdout}`.trimEnd()), '```', '');
    return stdout;
  }
}

/** Of `kubectl describe pod`: how the container that takes the snapshot ended. */
export function stateOf(described: string): string {
  const containers = between(described, /^Containers:$/m, /^Conditions:$/m);
  return `[…]\n${between(containers, /^ {4}State:/m, /^ {4}Ready:/m)}\n[…]`;
}

/** Of `kubectl describe`: the events. */
export function eventsOf(described: string): string {
  return `[…]\n${between(described, /^Events:/m, /^\S/m)}`;
}

/** From the line that matches one pattern up to the next that matches the other. */
function between(text: string, from: RegExp, to: RegExp): string {
  const start = text.search(from);
  if (start < 0) return '';
  const firstLine = text.indexOf('\n', start) + 1;
  const end = text.slice(firstLine).search(to);
  return text.slice(start, end < 0 ? undefined : firstLine + end).trimEnd();
}
