// All kinds of attack, by name.

import { play as agents } from './agents.js';
import { play as config } from './config.js';
import { play as documents } from './documents.js';
import { play as fix } from './fix.js';
import { play as folder } from './folder.js';
import { play as gateway } from './gateway.js';
import { play as journal } from './journal.js';
import { play as lock } from './lock.js';
import { play as mutate } from './mutate.js';
import { play as notes } from './notes.js';
import { play as ollama } from './ollama.js';
import { play as openai } from './openai.js';
import { play as parquetPages } from './parquet-pages.js';
import { play as patterns } from './patterns.js';
import { play as postgres } from './postgres.js';
import { play as questions } from './questions.js';
import { play as queue } from './queue.js';
import { play as race } from './race.js';
import { play as readers } from './readers.js';
import { play as record } from './record.js';
import { play as redis } from './redis.js';
import { play as rerank } from './rerank.js';
import { play as searchServer } from './search-server.js';
import { play as shards } from './shards.js';
import { play as special } from './special.js';
import { play as storeFiles } from './store-files.js';
import { play as stores } from './stores.js';
import { play as watching } from './watching.js';
import { play as words } from './words.js';

export const kinds = {
  record,
  lock,
  journal,
  folder,
  mutate,
  special,
  documents,
  race,
  patterns,
  config,
  words,
  ollama,
  redis,
  gateway,
  fix,
  openai,
  rerank,
  stores,
  postgres,
  shards,
  notes,
  agents,
  'search-server': searchServer,
  questions,
  'store-files': storeFiles,
  'parquet-pages': parquetPages,
  watching,
  queue,
  readers,
};
