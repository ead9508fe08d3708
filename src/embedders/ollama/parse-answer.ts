// Reads the vectors of an /api/embed answer directly from its bytes, digits to float32, with the same bits as
// JSON.parse. That would make a string of the whole answer, and an array of boxed doubles for each vector. Usual vectors are
// read by the kernel of src/vectors, which also tells whose digits can be copied; others here.

import { EmbedderFault } from '../../errors.js';
import { parseForeign } from '../../text/foreign-json.js';
import type { Vector } from '../../types/vector.js';
import { rememberDigits } from '../../vectors/digits.js';
import { type DecimalsKernel, decimalsKernel } from '../../vectors/kernel/kernel.js';
import { ollamaFaults } from './error-messages.js';

export interface EmbedAnswer {
  vectors: Vector[];
  /** Tokens of all texts, including special tokens, as the server counted them. */
  tokens: number | undefined;
  /**
   * How long the server worked on them after it had chosen the model, in ms: `total_duration` without `load_duration`
   * (server/routes.go, EmbedHandler); undefined where it doesn't say.
   */
  workedMs: number | undefined;
}

const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

const key = Buffer.from('"embeddings":');

/** 10^0 to 10^15, all exact in a double. */
const powers = Float64Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`));

const numberBytes = new Set(Buffer.from('+-.0123456789Ee'));
const numberPattern = /^-?(0|[1-9]\d*)(\.\d+)?([Ee][+-]?\d+)?$/;

/**
 * @param bytes a whole answer, UTF-8
 * @param dimensions expected length of a vector, so that memory is taken once; other lengths are read as well
 * @param where address of the server, for messages
 * @throws {EmbedderFault} `bad-answer` for anything but a JSON object whose `embeddings` are lists of numbers; when
 * the body holds an error, the fault that this means
 */
export function readEmbedAnswer(bytes: Buffer, dimensions: number, where: string): EmbedAnswer {
  try {
    return readAnswer(bytes, dimensions);
  } catch (error) {
    if (!(error instanceof BadAnswer)) throw error;
    const said = errorIn(bytes);
    if (said !== undefined) throw ollamaFaults.answer(where, 200, said);
    throw new EmbedderFault(
      'bad-answer',
      `Ollama at ${where} gave an answer of ${bytes.length} bytes ${error.message}: update Ollama, or check the proxy in between.`,
      { cause: error.cause },
    );
  }
}

/** A larger answer can't be an error message, in bytes. */
const mostOfError = 64 * 1024;

/** The body, when it is an error message sent with status 200. */
function errorIn(bytes: Buffer): string | undefined {
  if (bytes.length > mostOfError) return undefined;
  const text = bytes.toString();
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return error === undefined ? undefined : text;
  } catch {
    return undefined; // It isn't JSON, so it holds no message.
  }
}

function readAnswer(bytes: Buffer, dimensions: number): EmbedAnswer {
  const at = bytes.indexOf(key);
  if (at < 0) throw bad('without embeddings');
  const start = at + key.length;
  const reader = new VectorReader(bytes, start, dimensions);
  const vectors = reader.list();
  // The rest around the vectors is small: JSON.parse checks it, and that the answer isn't cut off.
  const around = `${bytes.toString('utf8', 0, start)}null${bytes.toString('utf8', reader.at)}`;
  let rest: { embeddings?: unknown; prompt_eval_count?: unknown; [key: string]: unknown };
  try {
    rest = parseForeign(around) as typeof rest;
  } catch (cause) {
    throw bad('that is not JSON', cause);
  }
  if (rest.embeddings !== null) throw bad('without embeddings');
  const tokens = rest.prompt_eval_count;
  return {
    vectors,
    tokens: typeof tokens === 'number' ? tokens : undefined,
    workedMs: workedMsOf(rest.total_duration, rest.load_duration),
  };
}

/** Both in ns. */
function workedMsOf(total: unknown, load: unknown): number | undefined {
  if (typeof total !== 'number' || typeof load !== 'number') return undefined;
  return load >= 0 && total >= load ? (total - load) / 1e6 : undefined;
}

class VectorReader {
  readonly #bytes: Buffer;
  #expected: number;
  readonly #kernel: DecimalsKernel = decimalsKernel();
  /** Position of the next byte to read. */
  at: number;

  constructor(bytes: Buffer, at: number, expected: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#expected = expected;
  }

  /** Reads `[[…],[…]]`, possibly empty. */
  list(): Vector[] {
    try {
      return this.#list();
    } finally {
      this.#kernel.forget();
    }
  }

  #list(): Vector[] {
    const vectors: Vector[] = [];
    this.#take(openBracket);
    if (this.#peek() === closeBracket) {
      this.at++;
      return vectors;
    }
    for (;;) {
      if (this.#plain(vectors) === 0) vectors.push(this.#vector());
      const next = this.#peek();
      this.at++;
      if (next === closeBracket) return vectors;
      if (next !== comma) throw this.#wrong();
    }
  }

  /** Reads as many vectors as the kernel does. @returns how many, maybe none */
  #plain(vectors: Vector[]): number {
    this.#peek();
    const read = this.#kernel.read(this.#bytes, this.at, this.#expected);
    for (const { vector, start, end, isPrinted } of read) {
      vectors.push(vector);
      this.at = end + 1;
      if (isPrinted) rememberDigits(vector, this.#bytes.subarray(start, end));
    }
    return read.length;
  }

  /**
   * Reads one vector that the kernel leaves. Servers print numbers without spaces, with up to 9 digits. Up to 15 digits fit exactly into an
   * integer and a power of ten, so one division rounds correctly: 0.123 is 123 / 10^3. Other numbers go to `#number`.
   * It is one loop on local variables, as a call per number would double the time.
   */
  #vector(): Vector {
    this.#take(openBracket);
    if (this.#peek() === closeBracket) {
      this.at++;
      return new Float32Array(0);
    }
    const bytes = this.#bytes;
    let vector = new Float32Array(this.#expected);
    let length = 0;
    let at = this.at;
    for (;;) {
      const start = at;
      const negative = bytes[at] === minus;
      if (negative) at++;
      const integerStart = at;
      let mantissa = 0;
      let digit = bytes[at]! - zero;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        digit = bytes[++at]! - zero;
      }
      let digits = at - integerStart;
      let plain = digits === 1 || (digits > 1 && bytes[integerStart] !== zero);
      let decimals = 0;
      if (digit === point - zero) {
        const fractionStart = ++at;
        digit = bytes[at]! - zero;
        while (digit >= 0 && digit <= 9) {
          mantissa = mantissa * 10 + digit;
          digit = bytes[++at]! - zero;
        }
        decimals = at - fractionStart;
        digits += decimals;
        plain &&= decimals > 0;
      }
      let next = digit + zero;
      let value: number;
      if (plain && digits <= 15 && (next === comma || next === closeBracket)) {
        value = mantissa / powers[decimals]!;
        if (negative) value = -value;
      } else {
        this.at = start;
        value = this.#number();
        next = this.#peek();
        at = this.at;
      }
      if (length === vector.length) vector = grown(vector);
      vector[length++] = value;
      at++;
      if (next === closeBracket) break;
      if (next !== comma) throw this.#wrong();
    }
    this.at = at;
    if (length !== vector.length) {
      this.#expected = length;
      vector = vector.slice(0, length);
    }
    return vector;
  }

  /** Reads any number of JSON's grammar. */
  #number(): number {
    this.#peek();
    let end = this.at;
    while (end < this.#bytes.length && numberBytes.has(this.#bytes[end]!)) end++;
    const text = this.#bytes.toString('latin1', this.at, end);
    if (!numberPattern.test(text)) throw this.#wrong();
    this.at = end;
    return Number(text);
  }

  /** The next byte that isn't white space, without reading past it. */
  #peek(): number {
    let byte = this.#bytes[this.at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = this.#bytes[++this.at];
    if (byte === undefined) throw bad('that is cut off');
    return byte;
  }

  #take(wanted: number): void {
    if (this.#peek() !== wanted) throw this.#wrong();
    this.at++;
  }

  #wrong(): BadAnswer {
    const found = this.#bytes.toString('latin1', this.at, this.at + 12);
    return bad(`with ${JSON.stringify(found)} in place of a number or a list`);
  }
}

function grown(vector: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(64, vector.length * 2));
  larger.set(vector);
  return larger;
}

/** The message is the end of a sentence, such as `that is cut off`. */
class BadAnswer extends Error {}

function bad(what: string, cause?: unknown): BadAnswer {
  return new BadAnswer(what, { cause });
}
