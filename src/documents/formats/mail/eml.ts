// EML: one mail. That of Apple Mail (`.emlx`) has its length in front, and data of the program after it.
import { type Extraction, type FormatInput, one } from '../format.js';
import { mailDocument } from './contents.js';
import { readMessage } from './message.js';

const appleLength = /^[ \t]*(\d{1,12})[ \t]*\r?\n/;

export async function extract(input: FormatInput): Promise<Extraction> {
  const mail = await readMessage(messageOf(input.bytes), input.source);
  return one(await mailDocument(mail, 'eml', input));
}

function messageOf(bytes: Buffer): Buffer {
  const length = appleLength.exec(bytes.toString('latin1', 0, 40));
  if (!length) return bytes;
  const start = length[0].length;
  return bytes.subarray(start, start + Number(length[1]));
}
