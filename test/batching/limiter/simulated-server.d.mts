/** See simulated-server.mjs. */
export interface SimulatedLimiter {
  readonly batchSize: number;
  readonly concurrency: number;
  answered(request: { texts: number; tokens: number; ms: number; inFlight: number }): void;
  overloaded(why: 'busy' | 'timeout'): void;
}

export interface ServerModel {
  perRequest?: number;
  perText?: number;
  perToken?: number;
  lanes?: number;
  width?: number;
  roundTrip?: number;
  crowd?: number;
  crowded?: number;
  busyAbove?: number;
  timeout?: number;
  noise?: number;
  change?: (answers: number) => ServerModel | undefined;
}

export interface Simulation {
  tokensPerSecond: number;
  textsPerSecond: number;
  ms: number;
  requests: number;
  overloads: number;
  trace: { answers: number; ms: number; batchSize: number; concurrency: number }[];
}

export function randomFrom(seed: number): () => number;

export function simulate<L extends SimulatedLimiter>(
  makeLimiter: (now: () => number) => L,
  model: ServerModel,
  options?: {
    answers?: number;
    seed?: number;
    tokens?: (random: () => number, answers: number) => number;
    pause?: number;
  },
): Simulation & { limiter: L };

export function mixedTexts(random: () => number): number;
