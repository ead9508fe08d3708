// Three routes: POST /notes keeps a note, GET /notes?like=… finds notes by meaning, GET /health tells how the
// embedder is. However many clients ask at once, the orchestrator sends few, well-filled batches.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type BatchOrchestrator, QueueFullError, RejectedTextsError, ServiceError } from 'embed-ingest';
import { Notes } from './notes.js';

const maxBytes = 64 * 1024;
const found = 3;

/** What is the client's fault, with its status. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function createService(orchestrator: BatchOrchestrator): Server {
  const notes = new Notes();

  async function answer(
    request: IncomingMessage,
    signal: AbortSignal,
  ): Promise<[status: number, body: object]> {
    const [path, query] = (request.url ?? '/').split('?', 2);
    const route = `${request.method} ${path}`;
    if (route === 'GET /health') {
      const health = await orchestrator.healthCheck();
      return [health.status === 'ok' || health.status === 'degraded' ? 200 : 503, health];
    }
    if (route === 'POST /notes') {
      const { text } = await readJson(request);
      if (typeof text !== 'string' || text.trim() === '') throw new Refusal(400, 'Send {"text": "…"}.');
      const [vector] = await orchestrator.embed([text], { prefix: 'document', whenFull: 'reject', signal });
      return [201, notes.add(text, vector!)];
    }
    if (route === 'GET /notes') {
      const question = new URLSearchParams(query).get('like') ?? '';
      if (question.trim() === '') throw new Refusal(400, 'Ask with ?like=…');
      // A user waits for this answer: it is sent before the notes.
      const options = { prefix: 'query', priority: 0, whenFull: 'reject', signal } as const;
      const [vector] = await orchestrator.embed([question], options);
      return [200, notes.nearest(vector!, found)];
    }
    throw new Refusal(404, 'There are POST /notes, GET /notes?like=… and GET /health.');
  }

  return createServer(async (request, response) => {
    // A client that goes away takes its text from the queue.
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    try {
      send(response, ...(await answer(request, gone.signal)));
    } catch (error) {
      if (!gone.signal.aborted) send(response, ...failure(error));
    }
  });
}

/** The answer that an error becomes. */
function failure(error: unknown): [status: number, body: object] {
  if (error instanceof Refusal) return [error.status, { error: error.message }];
  if (error instanceof RejectedTextsError) return [422, { error: error.message }];
  if (error instanceof QueueFullError || error instanceof ServiceError)
    return [503, { error: error.message }];
  console.error(error);
  return [500, { error: 'unexpected error' }];
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...(status === 503 && { 'retry-after': '2' }),
  });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<{ text?: unknown }> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) throw new Refusal(413, `A note has at most ${maxBytes} bytes.`);
    parts.push(part);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(parts).toString());
    return typeof body === 'object' && body !== null ? body : {};
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal(400, 'The body is not JSON.');
    throw error;
  }
}
