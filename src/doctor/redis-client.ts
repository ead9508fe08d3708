// A connection to Redis for checks only, in single steps, so that each refusal has its own line.
import type { Redis } from 'ioredis';
import { tryReading } from '../cache/redis/connection.js';
import { ServiceError } from '../errors.js';
import type { RedisAddress } from '../net/redis/address.js';
import { redisClient } from '../net/redis/client.js';
import { explainRedis, SilenceError } from '../net/redis/errors.js';
import { isText, isTexts, isWhole, type Shape, shaped } from '../net/redis/reply-shapes.js';
import { time } from '../text/durations.js';

export class RedisLook {
  readonly #client: Redis;
  readonly #address: RedisAddress;
  #connectionError: unknown;

  constructor(address: RedisAddress) {
    this.#address = address;
    this.#client = redisClient(address, { disconnectTimeout: 100, retryStrategy: () => null });
    // Only this event of ioredis says why a connection failed.
    this.#client.on('error', (error) => {
      this.#connectionError = error;
    });
  }

  async connect(): Promise<void> {
    await this.#tell(this.#client.connect());
  }

  /**
   * @returns true when a password is needed
   * @throws {ServiceError} when the given one is wrong, or it is missing
   */
  async authenticate(): Promise<boolean> {
    const { username, password } = this.#address;
    try {
      if (password !== undefined) {
        await (username === undefined ? this.#client.auth(password) : this.#client.auth(username, password));
        return true;
      }
      await this.#client.ping();
      return false;
    } catch (error) {
      if (/no password is set|without any password configured/.test(String(error))) return false;
      throw this.#explained(error);
    }
  }

  async select(): Promise<void> {
    await this.#tell(this.#client.select(this.#address.db));
    await this.#tell(tryReading(this.#client));
  }

  /** Time of an answer in ms: the median of five. */
  async latency(): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      await this.#tell(this.#client.ping());
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[2]!;
  }

  /** INFO as a map; undefined when the Redis user may not ask. */
  async info(): Promise<Map<string, string> | undefined> {
    const text = await this.#allowed('INFO', this.#client.info(), isText);
    const lines = text?.split('\r\n').map((line) => line.split(':') as [string, string]);
    return lines && new Map(lines);
  }

  /** One value of CONFIG GET; undefined when the Redis user may not ask. */
  async config(name: string): Promise<string | undefined> {
    const pair = await this.#allowed('CONFIG GET', this.#client.config('GET', name), isTexts);
    return pair?.[1];
  }

  /** Keys in the database. */
  async keys(): Promise<number | undefined> {
    return await this.#allowed('DBSIZE', this.#client.dbsize(), isWhole);
  }

  /** Redis's clock against ours, in ms; above zero when it is ahead. */
  async skew(): Promise<number | undefined> {
    const start = Date.now();
    const answer = await this.#allowed('TIME', this.#client.time(), isTime);
    if (answer === undefined) return undefined;
    const [seconds, microseconds] = answer.map(Number);
    return seconds! * 1000 + microseconds! / 1000 - (start + Date.now()) / 2;
  }

  close(): void {
    this.#client.disconnect();
  }

  /** The error for no answer at all. */
  silence(waitedMs: number): string {
    const text = explainRedis(new SilenceError('no answer in time'), this.#address);
    return `${text.replace(/\.$/, '')} (waited ${time(waitedMs)})`;
  }

  async #allowed<T>(command: string, answer: Promise<unknown>, shape: Shape<T>): Promise<T | undefined> {
    try {
      return shaped(command, await answer, shape);
    } catch (error) {
      if (/^NOPERM|unknown command/i.test(error instanceof Error ? error.message : '')) return undefined;
      throw this.#explained(error);
    }
  }

  async #tell<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #explained(error: unknown): ServiceError {
    const cause = this.#connectionError ?? error;
    return new ServiceError(explainRedis(cause, this.#address), { cause });
  }
}

/** Seconds and microseconds, as ioredis has them. */
const isTime: Shape<(string | number)[]> = (answer): answer is (string | number)[] =>
  Array.isArray(answer) && answer.length === 2 && answer.every((one) => /^\d{1,15}$/.test(String(one)));
