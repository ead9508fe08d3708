// Starts the service with the settings of the command line (flags aside): OLLAMA_HOST, OLLAMA_EMBEDDING_MODEL,
// REDIS_URL, .batchrc. Where there is no Ollama, the built-in embedder serves.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { BatchConfig, BatchOrchestrator, loadSettings } from 'embed-ingest';
import { createService } from './service.js';

const { settings } = await loadSettings();
const orchestrator = await new BatchOrchestrator(
  BatchConfig.fromSettings(settings, { maxQueueSize: 1000 }),
).start();

const service = createService(orchestrator).listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
await once(service, 'listening');
console.log(`http://127.0.0.1:${(service.address() as AddressInfo).port}`);

// Requests that are under way end first; then the orchestrator closes its embedder and its cache.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => service.close(() => void orchestrator.stop()));
}
