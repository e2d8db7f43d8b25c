import { readFileSync } from 'fs';

/**
 * The first TypeScript block of a Markdown file, as a reader would copy it.
 *
 * Throws when there is none, or when the text around it doesn't close it.
 */
export function firstTypeScriptBlock(file: string): string {
  const [, block] = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(file, 'utf8')) ?? [];
  if (block === undefined) {
    throw new Error(`${file} has no block that begins with a line \`\`\`ts and ends with a line \`\`\`: its quick start is what this test proves`);
  }
  return block;
}
