// Requests to one Ollama server.
import { type ClientOptions, ServerClient } from '../server-client.js';
import { ollamaFaults } from './error-messages.js';

export type { Access, RequestOptions } from '../server-client.js';

export class OllamaClient extends ServerClient {
  constructor(options: ClientOptions) {
    super(options, ollamaFaults);
  }
}

/** Runs `work` with its own client, and closes that at the end. */
export async function withClient<T>(
  options: ClientOptions,
  work: (client: ServerClient) => Promise<T>,
): Promise<T> {
  const client = new OllamaClient(options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
