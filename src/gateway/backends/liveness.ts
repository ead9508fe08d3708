// Which servers are up: each is asked at most once in two seconds, and one that hangs delays nobody for long.
import { setTimeout as sleep } from 'node:timers/promises';

/** How long it is remembered whether a server is up, in ms. */
const trustMs = 2000;
/** Max wait for a server that was down the last time, or while others may be up, in ms. */
const hasteMs = 200;

/** Whether one server is up. */
export class Liveness {
  readonly #ping: () => Promise<unknown>;
  #asked: { at: number; answer: Promise<boolean> } | undefined;
  #wasDown = false;

  /** @param ping throws when the server can't be used now */
  constructor(ping: () => Promise<unknown>) {
    this.#ping = ping;
  }

  /** True when the server answers. It is asked at most once in two seconds; if it hangs, later calls don't wait. */
  isUp(): Promise<boolean> {
    const now = performance.now();
    if (!this.#asked || now - this.#asked.at > trustMs) this.#asked = { at: now, answer: this.#ask() };
    const { answer } = this.#asked;
    return this.#wasDown ? inHaste(answer) : answer;
  }

  async #ask(): Promise<boolean> {
    try {
      await this.#ping();
      this.#wasDown = false;
    } catch {
      this.#wasDown = true; // Any error means that it can't be used now.
    }
    return !this.#wasDown;
  }
}

/** A server that can be asked whether it is up. */
export interface PerhapsUp {
  readonly url: string;
  isUp(): Promise<boolean>;
}

/**
 * The first server that is up. When none is, the first of all, so that its error is reported.
 * @param among addresses to choose from. @default all
 * @returns undefined when there is none to choose from
 */
export async function firstUp<Server extends PerhapsUp>(
  all: readonly Server[],
  among?: ReadonlySet<string>,
): Promise<Server | undefined> {
  const servers = all.filter(({ url }) => among?.has(url) ?? true);
  if (servers.length < 2) return servers[0];
  // All are asked at once, as the first one may hang.
  const answers = servers.map((server) => server.isUp());
  for (const [index, answer] of answers.entries()) if (await inHaste(answer)) return servers[index];
  return servers[await firstTrue(answers)] ?? servers[0];
}

/** True as soon as one server answers. */
export async function isAnyUp(servers: readonly PerhapsUp[]): Promise<boolean> {
  return (await firstTrue(servers.map((server) => server.isUp()))) >= 0;
}

/** The answer if it comes within {@link hasteMs}, else false. */
async function inHaste(answer: Promise<boolean>): Promise<boolean> {
  const over = new AbortController();
  const { signal } = over;
  const late = sleep(hasteMs, false, { signal, ref: false }).catch(() => false);
  const said = await Promise.race([answer, late]);
  over.abort();
  return said;
}

/** Index of the first answer that becomes true; -1 when none does. */
function firstTrue(answers: readonly Promise<boolean>[]): Promise<number> {
  const places = answers.map(async (answer, index) =>
    (await answer) ? index : Promise.reject(new Error('no')),
  );
  return Promise.any(places).catch(() => -1);
}
