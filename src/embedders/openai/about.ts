// Reads what an OpenAI-compatible server says of itself and its model. OpenAI's API has a list of names and nothing
// more; most servers say more in it, or beside it. What isn't said is undefined, and is counted or tried elsewhere.
import { EmbedderFault, ServiceError } from '../../errors.js';
import { isDown } from '../../fault-policy.js';
import { isObject } from '../../text/plain-json.js';
import type { OpenAiClient } from './client.js';

/** Which server it is, by what only that one says. It decides which routes it has beside those of OpenAI. */
export type Flavour = 'llama.cpp' | 'tei' | 'vllm' | 'openai' | 'other';

export interface ServerAbout {
  flavour: Flavour;
  /** The name of the model for requests. */
  model: string;
  /** Release of the server; empty when it doesn't say. */
  release: string;
  /** What it says of the model's weights, for comparing with later; empty when it says nothing. */
  weights: string;
  /** Max tokens of a text, special tokens included. */
  maxTokens: number | undefined;
  /** What it does with a text that is too long. */
  tooLong: 'refused' | 'cut' | undefined;
  /** Max texts of a request. */
  maxTexts: number | undefined;
}

/** A model as the server lists it. */
export interface ListedModel {
  id: string;
  /** Other names for it. */
  aliases: readonly string[];
  fields: Fields;
}

type Fields = { readonly [key: string]: unknown };

export interface LookOptions {
  /** Time-out of each request, in ms. @default 10000 */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** What is said of a server is small; a list of models may have thousands. */
const timeoutMs = 10_000;
const mostOfList = 16 * 1024 * 1024;

/** Models of OpenAI itself; it says nothing of them, so this is from its guide to embeddings. */
const openAiModels = /^text-embedding-(3-small|3-large|ada-002)$/;
const openAiTokens = 8192;

/**
 * Reads it for the model that is asked for, or for the only one that the server has.
 * @param asked undefined: the only one
 * @throws {ServiceError} when the server is down, has no such model, or has several and none is asked for
 */
export async function readAbout(
  client: OpenAiClient,
  asked: string | undefined,
  options: LookOptions = {},
): Promise<ServerAbout> {
  const listed = await listOpenAiModels(client, options);
  const info = listed === undefined ? await infoOf(client, options) : undefined;
  if (listed === undefined) return fromInfo(client, asked, info);
  const found = chosen(client, asked, listed);
  const model = found.id;
  const said = { model, release: '', weights: weightsOf(found), tooLong: undefined, maxTexts: undefined };
  const { owned_by: owner, max_model_len: length } = found.fields;
  if (owner === 'llamacpp') {
    const props = await fieldsAt(client, '/props', options);
    const settings = fieldsOf(props?.default_generation_settings);
    const maxTokens = tokensOf(settings?.n_ctx) ?? tokensOf(fieldsOf(found.fields.meta)?.n_ctx);
    const release = textOf(props?.build_info);
    return { ...said, flavour: 'llama.cpp', release, maxTokens, tooLong: 'refused' };
  }
  if (owner === 'vllm' || tokensOf(length) !== undefined) {
    const release = textOf((await fieldsAt(client, '/version', options))?.version);
    return { ...said, flavour: 'vllm', release, maxTokens: tokensOf(length), tooLong: 'refused' };
  }
  if (openAiModels.test(model)) {
    const isOwn = new URL(client.base).hostname === 'api.openai.com';
    return { ...said, flavour: 'openai', maxTokens: openAiTokens, tooLong: isOwn ? 'refused' : undefined };
  }
  const own = await infoOf(client, options);
  // It was found in the list already, maybe under a name that it was given for that.
  return own ? fromInfo(client, undefined, own) : { ...said, flavour: 'other', maxTokens: undefined };
}

/**
 * What the server says of the model's weights now, in the form of `weights`.
 * @returns undefined when it no longer has the model
 * @throws {EmbedderFault} when it doesn't answer
 */
export async function readWeights(
  client: OpenAiClient,
  { flavour, model, weights }: ServerAbout,
  options: LookOptions,
): Promise<string | undefined> {
  if (weights === '') return '';
  if (flavour === 'tei') {
    const info = fieldsOf(await client.json('/info', undefined, inTime(options)));
    return textOf(info?.model_id) === model ? infoWeights(info!) : undefined;
  }
  const list = modelsIn(await client.json(client.path('/models'), undefined, inTime(options)));
  const found = list?.find((one) => isNamed(one, model));
  return found && weightsOf(found);
}

/**
 * The release of the server now; empty when it doesn't say.
 * @throws {EmbedderFault} when it doesn't answer
 */
export async function readRelease(
  client: OpenAiClient,
  { flavour, release }: ServerAbout,
  options: LookOptions,
): Promise<string> {
  if (release === '') return '';
  const [path, name] =
    flavour === 'tei'
      ? ['/info', 'version']
      : flavour === 'vllm'
        ? ['/version', 'version']
        : ['/props', 'build_info'];
  return textOf(fieldsOf(await client.json(path, undefined, inTime(options)))?.[name]);
}

/**
 * The models that the server lists, in its order.
 * @returns undefined when it has no such list
 * @throws {ServiceError} when it is down, or refuses the key
 */
export async function listOpenAiModels(
  client: OpenAiClient,
  options: LookOptions = {},
): Promise<ListedModel[] | undefined> {
  const answer = await answerAt(client, client.path('/models'), options);
  return answer && modelsIn(answer);
}

/** TEI has no list of models in older releases, but `/info`. */
function infoOf(client: OpenAiClient, options: LookOptions): Promise<Fields | undefined> {
  return fieldsAt(client, '/info', options).then((info) =>
    textOf(info?.model_id) === '' ? undefined : info,
  );
}

function fromInfo(client: OpenAiClient, asked: string | undefined, info: Fields | undefined): ServerAbout {
  const model = textOf(info?.model_id);
  if (info === undefined || model === '') {
    if (asked === undefined) {
      throw new ServiceError(`${client.base} doesn't list its models: name one with --model.`);
    }
    const nothing = {
      release: '',
      weights: '',
      maxTokens: undefined,
      tooLong: undefined,
      maxTexts: undefined,
    };
    return { flavour: 'other', model: asked, ...nothing };
  }
  if (asked !== undefined && asked !== model && textOf(info.served_model_name) !== asked) {
    throw missing(client, asked, [model]);
  }
  return {
    flavour: 'tei',
    model,
    release: textOf(info.version),
    weights: infoWeights(info),
    maxTokens: tokensOf(info.max_input_length),
    // Older releases don't say; it is tried then.
    tooLong: info.auto_truncate === true ? 'cut' : info.auto_truncate === false ? 'refused' : undefined,
    maxTexts: tokensOf(info.max_client_batch_size),
  };
}

function chosen(client: OpenAiClient, asked: string | undefined, listed: ListedModel[]): ListedModel {
  const [only, ...others] = listed;
  if (asked === undefined) {
    if (only && others.length === 0) return only;
    const names = only ? `has several models (${namesOf(listed)})` : 'has no model';
    throw new ServiceError(`${client.base} ${names}: name one with --model.`);
  }
  const found = listed.find((one) => isNamed(one, asked));
  if (!found) {
    throw missing(
      client,
      asked,
      listed.map(({ id }) => id),
    );
  }
  return found;
}

function missing(client: OpenAiClient, asked: string, names: readonly string[]): ServiceError {
  const had = names.length === 0 ? 'it has none' : `it has ${namesOf(names.map((id) => ({ id })))}`;
  return new ServiceError(
    `${client.base} has no model "${asked}" (${had}): name one of its own with --model, or behind #model= of its address.`,
  );
}

/** Of a long list, the first few. */
const mostNames = 5;

function namesOf(models: readonly { id: string }[]): string {
  const names = models.slice(0, mostNames).map(({ id }) => (id.length > 80 ? `${id.slice(0, 80)}…` : id));
  const more = models.length - names.length;
  return names.join(', ') + (more > 0 ? `, and ${more} more` : '');
}

function isNamed({ id, aliases }: ListedModel, name: string): boolean {
  // Ollama lists `all-minilm:latest`.
  return id === name || aliases.includes(name) || id === `${name}:latest`;
}

function modelsIn(answer: unknown): ListedModel[] | undefined {
  const { data } = fieldsOf(answer) ?? {};
  if (!Array.isArray(data)) return undefined;
  return data.flatMap((one: unknown) => {
    const fields = fieldsOf(one);
    const id = textOf(fields?.id);
    if (!fields || id === '') return [];
    const { aliases } = fields;
    const names = Array.isArray(aliases) ? aliases.filter((name) => typeof name === 'string') : [];
    return [{ id, aliases: names, fields }];
  });
}

/** Fields of a listed model that belong to its weights; others change with each answer, or with the server's options. */
const weightFields = ['root', 'parent', 'digest', 'quantization'];
const metaFields = ['n_params', 'size', 'ftype', 'n_embd', 'n_vocab', 'vocab_type', 'n_ctx_train'];

function weightsOf({ fields }: ListedModel): string {
  return [...partsOf(fields, weightFields), ...partsOf(fieldsOf(fields.meta) ?? {}, metaFields)].join(', ');
}

function infoWeights(info: Fields): string {
  return partsOf(info, ['model_sha', 'model_dtype', 'model_id']).join(', ');
}

/** `size 45193728`, for each field that is there. */
function partsOf(fields: Fields, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = fields[name];
    const isSaid = (typeof value === 'string' && value !== '') || typeof value === 'number';
    return isSaid ? [`${name} ${String(value).slice(0, 200)}`] : [];
  });
}

/** The fields of an answer; undefined when the server has no such route. @throws {ServiceError} when it is down */
async function fieldsAt(
  client: OpenAiClient,
  path: string,
  options: LookOptions,
): Promise<Fields | undefined> {
  return fieldsOf(await answerAt(client, path, options));
}

async function answerAt(
  client: OpenAiClient,
  path: string,
  options: LookOptions,
): Promise<object | undefined> {
  try {
    return await client.json(path, undefined, inTime(options));
  } catch (error) {
    if (!(error instanceof EmbedderFault)) throw error;
    if (isDown(error)) throw new ServiceError(error.message, { cause: error });
    return undefined; // It has no such route; whether it embeds is seen by the first text.
  }
}

function inTime(options: LookOptions) {
  return { timeoutMs: options.timeoutMs ?? timeoutMs, signal: options.signal, maxBytes: mostOfList };
}

function fieldsOf(value: unknown): Fields | undefined {
  return isObject(value) ? value : undefined;
}

/** Max characters of a name or a release; longer ones are none. */
const longestText = 1000;

function textOf(value: unknown): string {
  return typeof value === 'string' && value.length <= longestText ? value : '';
}

/** More tokens than any model takes. */
const mostTokens = 10_000_000;

/** A number of tokens or texts; undefined for anything that can't be one. */
function tokensOf(value: unknown): number | undefined {
  const isCount = Number.isInteger(value) && (value as number) > 0 && (value as number) <= mostTokens;
  return isCount ? (value as number) : undefined;
}
