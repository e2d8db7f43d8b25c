import { readFileSync } from 'fs';
import { join, relative } from 'path';
import { parseAllDocuments } from 'yaml';
import { listExamples, outputFolder, synthesize } from './synthesize';

/** One object of one file. */
interface Row {
  readonly file: string;
  readonly kind: string;
  readonly name: string;
  readonly size: string;
}

function rowsOf(file: string): Row[] {
  const text = readFileSync(file, 'utf8');
  const documents = parseAllDocuments(text);
  if (documents.length === 0) {
    throw new Error(`${file} holds no object`);
  }
  return documents.map((document, i) => {
    const { kind, metadata } = document.toJS();
    const [start, , end] = document.range;
    return { file: i === 0 ? relative(process.cwd(), file) : '', kind, name: metadata.name, size: sizeOf(text.slice(start, end)) };
  });
}

function sizeOf(text: string): string {
  return `${(Buffer.byteLength(text) / 1024).toFixed(1)} KiB`;
}

function print(rows: Row[]): void {
  const width = (column: keyof Row) => Math.max(...rows.map((row) => row[column].length));
  const [file, kind, name, size] = [width('file'), width('kind'), width('name'), width('size')];
  for (const row of rows) {
    console.log(`${row.file.padEnd(file)}  ${row.kind.padEnd(kind)}  ${row.name.padEnd(name)}  ${row.size.padStart(size)}`);
  }
}

const rows = listExamples().flatMap((example) => {
  const outdir = outputFolder(example);
  return synthesize(example, outdir).flatMap((file) => rowsOf(join(outdir, file)));
});
print([{ file: 'file', kind: 'kind', name: 'name', size: 'size' }, ...rows]);
