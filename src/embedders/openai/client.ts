// Requests to one OpenAI-compatible server: its OpenAI routes under /v1, and those that it has beside them.
import { type ClientOptions, ServerClient } from '../server-client.js';
import { baseUrlOf, type OpenAiAddress } from './address.js';
import { openAiFaults } from './error-messages.js';

export interface OpenAiClientOptions extends Omit<ClientOptions, 'url'> {
  address: Pick<OpenAiAddress, 'url' | 'version'>;
}

/** Its paths begin beside `/v1`; those of OpenAI's API are made by `path`. */
export class OpenAiClient extends ServerClient {
  /** The base URL, as the user named it. */
  readonly base: string;
  readonly #version: string;

  constructor({ address, ...options }: OpenAiClientOptions) {
    super({ ...options, url: address.url }, openAiFaults);
    this.base = baseUrlOf(address);
    this.#version = address.version;
  }

  /** The path of a route of OpenAI's API, such as `/embeddings`. */
  path(route: string): string {
    return this.#version + route;
  }
}

/** Runs `work` with its own client, and closes that at the end. */
export async function withOpenAi<T>(
  options: OpenAiClientOptions,
  work: (client: OpenAiClient) => Promise<T>,
): Promise<T> {
  const client = new OpenAiClient(options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
