// All kinds of attack, by name.
import { play as config } from './config.js';
import { play as documents } from './documents.js';
import { play as fix } from './fix.js';
import { play as folder } from './folder.js';
import { play as gateway } from './gateway.js';
import { play as journal } from './journal.js';
import { play as lock } from './lock.js';
import { play as mutate } from './mutate.js';
import { play as ollama } from './ollama.js';
import { play as patterns } from './patterns.js';
import { play as race } from './race.js';
import { play as record } from './record.js';
import { play as redis } from './redis.js';
import { play as special } from './special.js';
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
};
