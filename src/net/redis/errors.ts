// What an error of Redis, of its connection or of its certificate means, as one sentence each.
import { withoutSecrets } from '../../text/masked-address.js';
import type { RedisAddress } from './address.js';
import { ForeignReplyError } from './reply-guard.js';

/** No answer in time. */
export class SilenceError extends Error {}

/**
 * What ioredis says of a command that finds no connection, or whose connection breaks before its answer. It names options of
 * ioredis, which a user doesn't have.
 */
const brokenConnection =
  /^(Connection is closed|Stream isn't writeable|Reached the max retries|Command aborted due to connection close)/;

const unreachable: { [code: string]: string } = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'no such file',
  EACCES: 'no right to it',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name can not be looked up now',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ECONNRESET: 'the connection was closed',
  ECONNABORTED: 'the connection was closed',
  EPIPE: 'the connection was closed',
};

/** Whether it is none that holds all keys, by what it says. */
export function otherKind(error: unknown): 'cluster' | 'sentinel' | undefined {
  const message = error instanceof Error ? error.message : '';
  if (/^(CROSSSLOT|MOVED|ASK|CLUSTERDOWN|TRYAGAIN)\b|not allowed in cluster mode/.test(message)) {
    return 'cluster';
  }
  return /^ERR unknown command\W{0,3}(select|mget)\b/i.test(message) ? 'sentinel' : undefined;
}

/** What Redis is used for, in the words of its messages. */
export interface RedisUse {
  /** Its name: `the cache`. */
  what: string;
  /** What a Redis that can't be written refuses: `remove anything`. */
  writing: string;
  /** What else can be done than mending Redis, after a comma; empty where there is nothing. */
  otherwise: string;
  /** What its user must be allowed: commands and keys. */
  rights: string;
  /** Where its password and its database are set. */
  setBy: { password: string; db: string };
}

const cacheUse: RedisUse = {
  what: 'the cache',
  writing: 'remove anything',
  otherwise: ', or use --cache disk or --cache none',
  rights: '+select +mget +get +set +expire on keys ~embed:*',
  setBy: {
    password: 'REDIS_URL or REDIS_PASSWORD',
    db: "REDIS_EMBEDDING_DB or the URL's path",
  },
};

/** The uses of Redis. The inventory takes stock of the cache, and removes what is in it. */
export const redisUses = {
  cache: cacheUse,
  inventory: {
    ...cacheUse,
    rights: '+select +mget +get +set +expire +hincrby +hmget +scan +strlen +pttl +unlink on keys ~embed:*',
  },
  queue: {
    what: 'the queue',
    writing: 'take batches',
    otherwise: '',
    rights: '+@all -@admin on keys ~{embed-queue}:*',
    setBy: { password: '--queue or EMBED_QUEUE', db: "the path of --queue's address" },
  },
} as const satisfies Record<string, RedisUse>;

/** Why the Redis at `address` can't be used, with what to do. */
export function explainRedis(error: unknown, address: RedisAddress, use: RedisUse = redisUses.cache): string {
  const { shown, tls, username = 'default' } = address;
  const { what, writing, otherwise, rights, setBy } = use;
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const message = withoutSecrets(said, address.password);
  const reason = unreachable[code];

  if (reason) return `Redis at ${shown} can't be reached (${reason}): start it${otherwise}.`;
  if (error instanceof SilenceError && tls) {
    return `Redis at ${shown} gives no answer: use redis:// if it doesn't speak TLS; check that it runs${otherwise}.`;
  }
  if (error instanceof SilenceError) {
    return `Redis at ${shown} gives no answer: check that it is a Redis and that it runs${otherwise}.`;
  }
  if (/^WRONGPASS|invalid password/i.test(message)) {
    return `Redis at ${shown} refuses the user name or password: check ${setBy.password}.`;
  }
  if (/^NOAUTH|operation not permitted/i.test(message)) {
    return `Redis at ${shown} wants a password: give it in ${setBy.password}.`;
  }
  if (message.startsWith('NOPERM')) {
    return `Redis at ${shown} forbids what ${what} needs: allow its user ${username} ${rights}.`;
  }
  const other = otherKind(error);
  if (other === 'cluster') {
    return `Redis at ${shown} is a cluster, in which ${what} can't be kept: name a single Redis${otherwise}.`;
  }
  if (other === 'sentinel') {
    return `Redis at ${shown} knows no SELECT or MGET, as a Sentinel: name the Redis that it watches${otherwise}.`;
  }
  if (/DB index is out of range|invalid DB index|only 0th database/i.test(message)) {
    return `Redis at ${shown} has no such database: choose another with ${setBy.db}.`;
  }
  if (/^(READONLY|MISCONF|NOREPLICAS)/.test(message)) {
    return `Redis at ${shown} refuses to ${writing} (${message.split(/\.( |$)/)[0]}): use a Redis that can be written.`;
  }
  if (brokenConnection.test(message)) {
    return `Redis at ${shown} was lost (the connection broke): start it again${otherwise}.`;
  }
  if (message.startsWith('LOADING')) {
    return `Redis at ${shown} is still loading its data: try again in a moment${otherwise}.`;
  }
  // An answer of another kind than was asked for, such as a number in place of a list.
  if (error instanceof TypeError && codeOf(error) === '') {
    return `What answers at ${shown} is not a Redis (its answers are of other kinds than asked for): check host and port.`;
  }
  if (error instanceof ForeignReplyError) {
    return `What answers at ${shown} is not a Redis (${message}): check host and port${otherwise}.`;
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE/.test(code) || code === 'EPROTO') {
    return `Redis at ${shown} doesn't speak TLS: use redis:// instead of rediss://.`;
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    return `Redis at ${shown} shows a certificate that isn't trusted (${code}): name its authority in NODE_EXTRA_CA_CERTS.`;
  }
  if (isFromSystem(error)) {
    return `Redis at ${shown} can't be reached (${code}): check its address${otherwise}.`;
  }
  return `Redis at ${shown} can't be used (${message.split('. ')[0]}): check it${otherwise}.`;
}

/** Why a Redis that was in use is lost, for the brackets behind "was lost". */
export function lossReason(error: unknown): string {
  if (error instanceof SilenceError) return 'no answer in time';
  const message = error instanceof Error ? error.message : String(error);
  return brokenConnection.test(message) ? 'the connection broke' : (unreachable[codeOf(error)] ?? message);
}

function codeOf(error: unknown): string {
  const first = firstOf(error);
  return first instanceof Error && 'code' in first ? String(first.code) : '';
}

/** True for errors of connecting, reading and writing, whose message is Node's own. */
function isFromSystem(error: unknown): boolean {
  const first = firstOf(error);
  return first instanceof Error && 'syscall' in first;
}

/** Several addresses of one host (::1 and 127.0.0.1) fail as one error that holds the others. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError ? error.errors[0] : error;
}
