// Documents as resources: `embed://INDEX/PATH`, from a line on with `#L120` after it, from a chunk on with `#C7`.
import type { Resource, ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import type { FoundPassage, Indexes } from '../indexes/indexes.js';
import { cut } from './answers.js';

/** Documents of a page. */
const pageSize = 100;
/** Of one that is read: as much as agents take at once. */
const maxTokens = 25_000;
const maxChunks = 500;
const maxUriLength = 20_000;
const start = 'embed://';

export const resourceTemplates: ResourceTemplate[] = [
  {
    uriTemplate: 'embed://{index}/{+source}',
    name: 'document',
    title: 'An indexed document',
    description:
      'Its text, as the index holds it; #L120 at the end starts at line 120, #C7 at passage 7, counted from 0.',
    mimeType: 'text/plain',
  },
];

/** A page of all documents. @returns undefined for a cursor that is none of ours */
export async function listResources(
  indexes: Indexes,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<{ resources: Resource[]; nextCursor?: string } | undefined> {
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) return undefined;
  const skip = Number(cursor ?? 0);
  const { documents, total } = await indexes.list({ skip, most: pageSize }, signal);
  const next = skip + documents.length;
  return {
    resources: documents.map(({ in: name, source }) => ({
      uri: uriOf(name, source),
      name: source,
      mimeType: 'text/plain',
    })),
    ...(documents.length > 0 && next < total && { nextCursor: String(next) }),
  };
}

/** @returns undefined when there is no such document */
export async function readResource(
  indexes: Indexes,
  uri: string,
  signal: AbortSignal,
): Promise<{ text: string; passage: FoundPassage } | undefined> {
  const place = placeOf(uri);
  if (place === undefined || !indexes.names.includes(place.in)) return undefined;
  const passage = await indexes.get({ ...place, chunks: maxChunks, maxTokens }, signal);
  return passage && { text: cut(passage.text, maxTokens)[0], passage };
}

function uriOf(index: string, source: string): string {
  return `${start}${encodeURIComponent(index)}/${source.split('/').map(encoded).join('/')}`;
}

/** Half of a surrogate pair, which a file's name may hold, can't be encoded. */
function encoded(part: string): string {
  return encodeURIComponent(part.replace(/\p{Cs}/gu, '\ufffd'));
}

interface Place {
  in: string;
  source: string;
  line?: number;
  chunk?: number;
}

function placeOf(uri: string): Place | undefined {
  if (!uri.startsWith(start) || uri.length > maxUriLength) return undefined;
  const [path = '', fragment] = uri.slice(start.length).split('#');
  const slash = path.indexOf('/');
  const [, kind, number] = /^([LC])(\d{1,9})$/.exec(fragment ?? '') ?? [];
  if (slash < 0 || (fragment !== undefined && kind === undefined)) return undefined;
  try {
    const [index, source] = [path.slice(0, slash), path.slice(slash + 1)].map(decodeURIComponent);
    return {
      ...{ in: index!, source: source! },
      ...(kind === 'L' && { line: Math.max(1, Number(number)) }),
      ...(kind === 'C' && { chunk: Number(number) }),
    };
  } catch {
    return undefined; // It isn't encoded as it should be.
  }
}
