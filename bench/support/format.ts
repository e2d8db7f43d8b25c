/** A table in Markdown; the first column to the left, figures to the right. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => column === 0 ? '---' : '---:')), ...rows.map(line)].join('\n');
}

/** Two decimals below one, one below ten, none above. */
export function figure(value: number): string {
  if (Math.abs(value) >= 9.95) return wholeNumber(value);
  return value.toFixed(Math.abs(value) >= 0.995 ? 1 : 2);
}

export function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
