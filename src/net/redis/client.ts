// An ioredis client that is safe from invalid answers: bytes that are not an answer of Redis close the connection, as
// if it had broken, but never end the process.
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from './address.js';
import { ForeignReplyError, ReplyWatch } from './reply-guard.js';
import { endWhenSilent } from './silent-socket.js';

/** Not yet connected. A command without a connection fails at once, and so does one whose connection breaks. */
export function redisClient(address: RedisAddress, options: RedisOptions): Redis {
  const { host, port, tls } = address;
  const client: Redis = new Redis({
    host,
    port,
    ...(tls && { tls }),
    Connector: guardedConnector(address, () => client.commandQueue.length),
    lazyConnect: true,
    // Each saves a command that an ACL could forbid.
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    ...options,
  });
  return client;
}

/**
 * A connector for `Redis` that checks what comes before ioredis reads it.
 * @param waiting answers that the client waits for: more of them are none of Redis
 * @param silenceMs a connection on which a question finds no answer for so long is ended, in ms; never by default
 */
export function guardedConnector(
  { host, port, socket, tls }: RedisAddress,
  waiting: () => number,
  silenceMs?: number,
): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    constructor(options: unknown) {
      super((options as RedisOptions).disconnectTimeout ?? 2000);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      // A `disconnect` at this moment has no stream to end yet.
      await Promise.resolve();
      if (!this.connecting) throw new Error('Connection is closed.');
      const where = socket === undefined ? { host, port } : { path: socket };
      const stream = tls ? connectTls({ ...where, ...tls }) : connect(where);
      stream.once('error', (error) => {
        this.firstError = error;
      });
      watch(stream, waiting);
      if (silenceMs !== undefined) endWhenSilent(stream, silenceMs);
      this.stream = stream;
      return stream;
    }
  };
}

/**
 * Checks data before all listeners. It replaces `emit`, since a listener can't stop the other listeners, and an error
 * that they throw would end the process.
 */
function watch(stream: Socket, waiting: () => number): void {
  const replies = new ReplyWatch();
  const emit = stream.emit.bind(stream);
  const guarded = (event: string | symbol, ...rest: unknown[]): boolean => {
    if (event !== 'data') return emit(event, ...rest);
    if (stream.destroyed) return false;
    try {
      replies.see(rest[0] as Buffer, waiting());
      return emit(event, ...rest);
    } catch (error) {
      const foreign = error instanceof ForeignReplyError;
      stream.destroy(foreign ? error : new ForeignReplyError('its answer can not be read', { cause: error }));
      return false;
    }
  };
  stream.emit = guarded as Socket['emit'];
}
