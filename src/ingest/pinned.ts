// Checks that all rows of an output are made in the same way: one vector space, one way of reading and chunking.
import { splitterVersion } from '../chunks/split.js';
import type { Settings } from '../config/settings.js';
import { FORMATS } from '../documents/extract.js';
import { canonicalName } from '../embedders/ollama/model-name.js';
import { parseOpenAiAddress } from '../embedders/openai/address.js';
import { UsageError, VectorSpaceError } from '../errors.js';
import { type Dtype, usualDtype } from '../output/format/dtype.js';
import type { Output } from '../output/read/output.js';
import type { VectorSpace } from '../types/space.js';
import { poolAddresses } from '../upstream/pool-addresses.js';
import type { RunOptions } from './options.js';
import type { Session } from './session.js';

/** Version of the splitter, as the manifest holds it. */
export const pinnedSplitter = String(splitterVersion);

/** Versions of all readers, as the manifest holds them: by name, so that their order here changes nothing. */
export const pinnedReaders: Readonly<Record<string, number>> = Object.fromEntries(
  FORMATS.map(({ name, version }) => [name, version] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** What all rows of an output have in common, but for those that are marked as outdated. */
type Pinned = Pick<Output['manifest'], 'space' | 'chunking' | 'readers' | 'dtype'>;

export function pinnedBy(output: Output): Pinned {
  const chunking = { ...output.manifest.chunking, splitter: pinnedSplitter };
  return { space: output.space, chunking, readers: pinnedReaders, dtype: output.manifest.dtype };
}

export function newlyPinned({ space, chunking }: Session, dtype: Dtype = usualDtype): Pinned {
  const { size, overlap, counter, headings } = chunking;
  const context = headings ? { context: 'headings' as const } : {};
  const pinned = { size, overlap, counter: counter.id, splitter: pinnedSplitter, ...context };
  return { space, chunking: pinned, readers: pinnedReaders, dtype };
}

/**
 * An embedder or model that the user names is used, or refused here, also when the run has nothing to embed.
 * @throws {VectorSpaceError} when the settings name another embedder, model or number of dimensions
 * @throws {UsageError} when an address is invalid
 */
export function refuseOtherEmbedder(settings: Settings, previous: Output | undefined): void {
  const { embedder, model, url } = settings;
  if (embedder === 'openai') url?.forEach(parseOpenAiAddress);
  else if (embedder !== 'builtin') poolAddresses(settings);
  if (!previous) return;
  const { space } = previous;
  const named = embedder === 'auto' && model !== undefined ? 'ollama' : embedder;
  const isOther = named !== 'auto' && named !== space.embedder;
  const other = isOther
    ? `the ${kindNames[named]} embedder${named === 'ollama' ? ' (--embedder, --model, --ollama-url, or such a key in a file)' : ''}`
    : otherOf(settings, space);
  if (other === undefined) return;
  throw new VectorSpaceError(
    `The output was made with ${space.model}, ${space.dimensions} dimensions, but the settings ask for ${other}: ` +
      "vectors of two spaces can't be compared. Remove that setting, or use --rebuild to make the output again.",
  );
}

const kindNames = { ollama: 'Ollama', openai: 'OpenAI-compatible', builtin: 'built-in' };

/** What the settings ask for and the space doesn't have, in words. */
function otherOf(settings: Settings, space: VectorSpace): string | undefined {
  const { model, dimensions, documentPrefix, queryPrefix, maxTokens } = settings;
  if (space.embedder !== 'builtin') {
    const name = space.embedder === 'ollama' && model !== undefined ? canonicalName(model) : model;
    if (name !== undefined && name !== space.model) return `model ${model}`;
    const { prefixes, options } = space;
    if (documentPrefix !== undefined && documentPrefix !== prefixes.document) {
      return `the document prefix ${JSON.stringify(documentPrefix)}`;
    }
    if (queryPrefix !== undefined && queryPrefix !== prefixes.query) {
      return `the query prefix ${JSON.stringify(queryPrefix)}`;
    }
    if (maxTokens !== undefined && maxTokens !== options.maxTokens)
      return `at most ${maxTokens} tokens a text`;
  }
  const isOther = dimensions !== undefined && dimensions !== space.dimensions;
  return isOther ? `${dimensions} dimensions` : undefined;
}

/**
 * All chunks of an output have the same size and overlap, and context of the same kind.
 * @throws {UsageError} when the settings ask for another one
 */
export function refuseOtherChunks(told: Told, previous: Output | undefined): void {
  if (!previous) return;
  const { size, overlap, context = 'tables' } = previous.manifest.chunking;
  const other =
    otherThan(told, 'chunkSize', size) ??
    otherThan(told, 'chunkOverlap', overlap) ??
    otherThan(told, 'context', context);
  if (other) throw new UsageError(`${other}: use --rebuild to chunk all documents again.`);
}

/** Settings, and where they came from. */
type Told = Pick<RunOptions, 'settings' | 'origins'>;

const flags = {
  chunkSize: '--chunk-size',
  chunkOverlap: '--chunk-overlap',
  context: '--context',
  dtype: '--dtype',
};

/** How a setting differs from the output's, and where it stands if not among the flags. */
function otherThan(
  { settings, origins = {} }: Told,
  key: keyof typeof flags,
  pinned: number | string,
): string | undefined {
  const value = settings[key];
  if (value === undefined || value === pinned) return undefined;
  const origin = origins[key] ?? flags[key];
  const from = origin.startsWith('--') ? '' : `, from ${origin},`;
  return `${flags[key]} ${value}${from} differs from the output's ${pinned}`;
}

/**
 * All vectors of an output have numbers of one type.
 * @throws {UsageError} when the settings ask for another one
 */
export function refuseOtherDtype(told: Told, previous: Output | undefined): void {
  const pinned = previous?.manifest.dtype;
  const other = pinned && otherThan(told, 'dtype', pinned);
  if (other) throw new UsageError(`${other}: use --rebuild to make the output again.`);
}
