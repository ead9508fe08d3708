// Checks a whole output, offline. By the sums of its rows: an output without a problem is, in every bit, what was written.
// Deep: also every row, hash, id and vector against each other, which shows what the sums can't: that a writer, or a hand
// that changed rows and sums, wrote what can't be.
import { DamagedOutputError, NoIndexError } from '../../errors.js';
import { embeddingKey } from '../../text/embedded-text.js';
import { sha256 } from '../../text/sha256.js';
import { isOne, normOf } from '../../vectors/norm.js';
import type { OutputDocument } from '../format/manifest-reader.js';
import { chunksName, vectorsName } from '../format/owned-names.js';
import { rowId } from '../format/row-id.js';
import { checkContent } from './content.js';
import { keyBytes } from './hash-index.js';
import { type Output, openOutput } from './output.js';

/** What a check of an output found. */
export interface Verification {
  /** A sentence each; empty when all is right. At most 100. */
  problems: string[];
  /** Rows that the output has; 0 when it can't be opened. */
  rows: number;
  /** Documents that the output has; 0 when it can't be opened. */
  documents: number;
}

/** More problems are not listed. */
const maxProblems = 100;

/** What a check of an output looks at. */
export interface VerifyOptions {
  /** Check every row, hash, id and vector against each other, too. @default false; outputs of format 1 always are */
  deep?: boolean;
}

/**
 * Checks an output whole, offline: all bytes against the sums that were taken when they were written.
 * @param dir the output's folder
 * @returns what is wrong with it; damage is no error here
 * @throws {NoIndexError} when the folder holds no output
 * @throws {NewerOutputError} when a newer version made it
 */
export async function verifyOutput(dir: string, options: VerifyOptions = {}): Promise<Verification> {
  let output: Output | undefined;
  try {
    output = await openOutput(dir, { sums: false });
  } catch (error) {
    if (error instanceof DamagedOutputError) return { problems: [error.message], rows: 0, documents: 0 };
    throw error;
  }
  if (output === undefined) {
    throw new NoIndexError(
      `There is no index in ${dir}: make one with \`embed ingest\`, or name another folder.`,
    );
  }
  try {
    const problems: string[] = [];
    await checkContent(output.rowFiles, undefined, ({ name, source, detail }) =>
      problems.push(source === undefined ? `${name}: ${detail}.` : `${name}: ${source}: ${detail}.`),
    );
    // Nothing but the rows themselves shows what is wrong with an output that has no sums of them.
    if (options.deep || output.manifest.format === 1) await new RowChecker(output, problems).check();
    return {
      problems: problems.slice(0, maxProblems),
      rows: output.rows,
      documents: output.documents().length,
    };
  } finally {
    await output.close();
  }
}

/** Goes through the documents and the vectors' blocks side by side. */
class RowChecker {
  readonly #output: Output;
  readonly #problems: string[];

  constructor(output: Output, problems: string[]) {
    this.#output = output;
    this.#problems = problems;
  }

  async check(): Promise<void> {
    const rows = this.#rows();
    const { dimensions } = this.#output.space;
    for await (const block of this.#output.blocks()) {
      for (let i = 0; i < block.rows; i++) {
        const vector = block.floats.subarray(i * dimensions, (i + 1) * dimensions);
        this.#checkVector(block.first + i, vector, (await rows.next()).value);
        if (this.#problems.length >= maxProblems) return;
      }
    }
    // No row is left, but documents without rows may still have lines, which is a fault.
    await rows.next();
  }

  /** Yields the embedding in each row's line, if there is one, and checks the rest of the line. */
  async *#rows(): AsyncGenerator<unknown> {
    for (const document of this.#output.documents()) {
      const check = this.#lineChecker(document);
      let row = 0;
      try {
        for await (const line of this.#output.lines(document)) {
          if (++row > document.rows) break;
          yield check(line, row - 1);
        }
      } catch (error) {
        if (!(error instanceof DamagedOutputError)) throw error;
        this.#problem(
          document,
          `its lines hold bytes that were never written after row ${document.firstRow + row}`,
        );
      }
      if (row !== document.rows) {
        this.#problem(document, `${row > document.rows ? 'more' : row} lines instead of ${document.rows}`);
      }
      for (; row < document.rows; row++) yield undefined;
    }
  }

  #lineChecker(document: OutputDocument): (line: Buffer, row: number) => unknown {
    const hashes = Buffer.from(document.chunks, 'base64url');
    const occurrences = new Map<string, number>();
    let last = -1;
    return (line, i) => {
      const row = parseRow(line.toString('utf8'));
      if (row === undefined) {
        this.#problem(document, `row ${document.firstRow + i} is not a row's JSON`);
        return undefined;
      }
      const { id, text, metadata } = row;
      const occurrence = occurrences.get(metadata.hash) ?? 0;
      occurrences.set(metadata.hash, occurrence + 1);
      const wrong = [
        metadata.source === document.source || 'its source',
        metadata.chunk > last || 'the order of its chunks',
        sha256(text) === metadata.hash || 'the hash of its text',
        hashes.toString('hex', i * keyBytes, (i + 1) * keyBytes) ===
          embeddingKey({ text, context: metadata.context }).slice(0, 2 * keyBytes) ||
          "the manifest's hash of its context and text",
        rowId(metadata.source, metadata.hash, occurrence) === id || 'its id',
      ].filter((problem) => problem !== true);
      if (wrong.length > 0)
        this.#problem(document, `row ${document.firstRow + i}: ${wrong.join(', ')} is wrong`);
      last = metadata.chunk;
      return row.embedding;
    };
  }

  #checkVector(row: number, vector: Float32Array, embedding: unknown): void {
    const norm = normOf(vector);
    if (!isOne(norm)) this.#problems.push(`${vectorsName}: row ${row} has length ${norm} instead of 1.`);
    if (this.#output.manifest.formats.includes('jsonl') !== (embedding !== undefined)) {
      this.#problems.push(
        `${chunksName}: row ${row} ${embedding === undefined ? 'lacks' : 'has'} an embedding.`,
      );
    } else if (embedding !== undefined && !sameFloats(embedding, vector)) {
      this.#problems.push(`${chunksName}: the embedding of row ${row} is not that of ${vectorsName}.`);
    }
  }

  #problem(document: OutputDocument, what: string): void {
    this.#problems.push(`${chunksName}: ${document.source}: ${what}.`);
  }
}

interface Row {
  id: string;
  text: string;
  embedding?: unknown;
  metadata: { source: string; chunk: number; context?: string; hash: string };
}

function parseRow(line: string | undefined): Row | undefined {
  try {
    const row = JSON.parse(line ?? '');
    const { source, chunk, context = '', hash } = row.metadata;
    const whole =
      [row.id, row.text, source, context, hash].every((value) => typeof value === 'string') &&
      Number.isSafeInteger(chunk);
    return whole ? row : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function sameFloats(embedding: unknown, vector: Float32Array): boolean {
  if (!Array.isArray(embedding) || embedding.length !== vector.length) return false;
  return vector.every(
    (value, i) => typeof embedding[i] === 'number' && Object.is(Math.fround(embedding[i]), value),
  );
}
