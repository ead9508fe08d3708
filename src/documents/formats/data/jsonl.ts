// JSON Lines (NDJSON): a document per line.
import { decode } from '../../encodings/detect-encoding.js';
import { recordsFromText } from '../../records/json-lines.js';
import { type Extraction, type FormatInput, gather } from '../format.js';

export function extract({ bytes, source }: FormatInput): Extraction {
  return gather(recordsFromText(decode(bytes), source));
}
