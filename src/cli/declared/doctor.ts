// `embed doctor`, declared.
import type { CommandDeclaration } from './command.js';
import { embedderFlags, proxyFlags } from './shared-flags.js';

export const doctor = {
  name: 'doctor',
  summary: 'check all that ingest needs, and say what mends it',
  alike: ['diagnose', 'health', 'repair', 'fix', 'mend', 'debug', 'ping'],
  flags: [
    'json',
    'strict',
    'fix',
    'timeout',
    'gateway',
    'config',
    'out',
    ...embedderFlags,
    'queue',
    'queueName',
    ...proxyFlags,
    'dimensions',
    'cache',
    'redisUrl',
    'cacheTtl',
    'waitForServer',
    'sync',
    'index',
  ],
  // What a file has for long runs would make a check of seconds one of minutes.
  apart: { waitForServer: 'once' },
  earlier: { waitForServer: '--wait <time>' },
  about: `\
Nothing is changed without --fix. A model that only a file or an output names is pulled after a question on the
terminal; without one, the command is said. Exits with 0 when all is fine, with 1 when a check fails (with --strict:
or warns). Models are loaded where they aren't; one that loads longer than --timeout
fails, unless --wait-for-server gives it the time, which counts where it is typed only.

The JSON: {"schema": 1, "ok", "counts": {"ok", "warning", "failure", "skipped"}, "checks": [{"id", "group",
"subject"?, "title", "status", "seen", "details"?, "mend"?, "ms"}], "fixes": [{"id", "what", "ok", "error"?}], "error"?}.
Ids such as redis.memory are stable. A check that needs one that failed is left out.`,
  examples: [
    { line: 'embed doctor' },
    { line: 'embed doctor --model bge-m3 --fix', what: 'pull the model when it is missing' },
    { line: 'embed doctor --wait-for-server 5m', what: 'the server, or its model, is just starting' },
    { line: 'embed doctor --gateway http://127.0.0.1:11444' },
    { line: `embed doctor --strict --json | jq '.checks[] | select(.status != "ok")'` },
  ],
  exits: {
    done: 'all is fine',
    unexpected: 'a check fails, or unexpected error',
    usage: true,
    stopped: true,
  },
} as const satisfies CommandDeclaration;
