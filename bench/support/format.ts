/** A table in Markdown; the first column to the left, figures to the right. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => column === 0 ? '---' : '---:')), ...rows.map(line)].join('\n');
}

/** Two significant digits below ten, whole and by thousands above. */
export function figure(value: number): string {
  if (Math.abs(value) >= 9.95) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 0.995 ? 1 : 2);
}
