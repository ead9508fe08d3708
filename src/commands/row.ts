// A row of an output as its reader sees it: the line of chunks.jsonl without the vector.
import type { Output } from '../output/output.js';

export interface Row {
  id: string;
  text: string;
  metadata: { source: string; chunk: number; line: number; page?: number; heading: string[] };
}

export async function readRow(output: Output, row: number): Promise<Row> {
  const { id, text, metadata } = JSON.parse(await output.line(row)) as Row;
  return { id, text, metadata };
}
