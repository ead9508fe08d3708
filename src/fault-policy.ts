// What is done about a fault, in one table. What a server's answer means is said by the table of its messages
// (`embedders/ollama/error-messages.ts`), and what a gateway's client is told by that of its statuses.
import { EmbedderFault, type FaultMeaning, ServiceError } from './errors.js';
import type { Overload } from './types.js';

export interface FaultPolicy {
  /** Where what is said here was recorded, reported or laid down. */
  source: string;
  /** How often a request is tried again for it, at most. */
  retries: number;
  /** Whether it says that the endpoint is unwell: several in a row open its circuit. */
  opensCircuit: boolean;
  /** Whether another endpoint may do better; `alone`: with a single text only. */
  elsewhere: 'always' | 'alone' | 'never';
  /** Which of the faults of several endpoints is told: the lowest, what a later try or its wording helps most. */
  telling: number;
  /** How long other endpoints are preferred, in ms, unless the server asks for longer. */
  avoidMs: number;
  /** Whether waiting may help; `perhaps`: a server that did well before. */
  passes: 'yes' | 'perhaps' | 'no';
  /** Whether one of the texts is to blame; where it isn't sure, a canary tells. */
  ofText: 'surely' | 'likely' | 'perhaps' | 'never';
  /** What it says of the server's load. */
  overload?: Overload;
  /** Nothing was sent. */
  unsent?: true;
  /** Nobody was met: whoever answers next may be another server. */
  unmet?: true;
  /** Opening the model anew may mend it. */
  renewable?: true;
}

export const faultPolicies: Record<FaultMeaning, FaultPolicy> = {
  busy: {
    source: 'ollama-contract 4: a full queue is a 503, from a server that is alive',
    retries: Number.POSITIVE_INFINITY,
    opensCircuit: false,
    elsewhere: 'always',
    telling: 0,
    avoidMs: 1000,
    passes: 'yes',
    ofText: 'never',
    overload: 'busy',
  },
  'bad-input': {
    // A runner that died of something else is back for the second try; a text that kills it kills it again.
    source: 'ollama-contract 1: one bad text fails the batch; a killed runner is back after 0.5 s',
    retries: 1,
    opensCircuit: false,
    // Which of several texts is bad is the caller's to find out. Of a single one another server shall say so,
    // too: the runner of one host may be ill.
    elsewhere: 'alone',
    telling: 1,
    // The second try should meet another server.
    avoidMs: 1000,
    passes: 'perhaps',
    ofText: 'likely',
  },
  timeout: {
    source: 'ollama-contract 4: a loaded model queues without limit, so that overload shows as time-outs',
    retries: Number.POSITIVE_INFINITY,
    opensCircuit: true,
    elsewhere: 'always',
    telling: 2,
    avoidMs: 1000,
    passes: 'yes',
    ofText: 'perhaps',
    overload: 'timeout',
  },
  'bad-answer': {
    source: 'github.com/ollama/ollama/issues/9639, /14093: NaN, zeros or too few vectors in a 200',
    retries: Number.POSITIVE_INFINITY,
    opensCircuit: true,
    elsewhere: 'always',
    telling: 3,
    avoidMs: 1000,
    passes: 'perhaps',
    ofText: 'likely',
  },
  unreachable: {
    source: 'RFC 9110 9.2.2: embedding changes nothing, so what was lost on its way may be sent again',
    retries: Number.POSITIVE_INFINITY,
    opensCircuit: true,
    elsewhere: 'always',
    telling: 4,
    avoidMs: 1000,
    passes: 'yes',
    ofText: 'perhaps',
    unmet: true,
  },
  unconfirmed: {
    source:
      'our own look at /api/tags after an answer; design: a model that is pulled anew breaks no connection',
    retries: Number.POSITIVE_INFINITY,
    // It does answer texts.
    opensCircuit: false,
    elsewhere: 'always',
    telling: 5,
    avoidMs: 1000,
    passes: 'yes',
    ofText: 'never',
  },
  resting: {
    source: 'our own circuit breaker: whoever asked must hear of it at once',
    retries: 0,
    opensCircuit: false,
    elsewhere: 'always',
    telling: 6,
    avoidMs: 0,
    passes: 'yes',
    ofText: 'never',
    unsent: true,
  },
  'missing-model': {
    source: 'recorded: embed_unknown_model 0.24.0, 0.32.15; somebody has to pull it',
    retries: 0,
    opensCircuit: false,
    elsewhere: 'always',
    telling: 7,
    avoidMs: 15_000,
    passes: 'no',
    ofText: 'never',
    renewable: true,
  },
  changed: {
    source: 'ollama-contract 7: our own canaries; another release gives other vectors for the same digest',
    retries: 0,
    opensCircuit: false,
    elsewhere: 'always',
    telling: 8,
    avoidMs: Number.POSITIVE_INFINITY,
    passes: 'no',
    ofText: 'never',
    unsent: true,
    renewable: true,
  },
  'too-long': {
    source: 'recorded: embed_too_long_truncate_false 0.24.0, 0.32.15; shorter texts can succeed',
    retries: 0,
    opensCircuit: false,
    elsewhere: 'never',
    telling: 9,
    avoidMs: 0,
    passes: 'no',
    ofText: 'surely',
  },
  'unknown-script': {
    source: 'our own look into the vocabulary: what it has no pieces for gets one vector',
    retries: 0,
    opensCircuit: false,
    elsewhere: 'never',
    telling: 10,
    avoidMs: 0,
    passes: 'no',
    ofText: 'surely',
    unsent: true,
  },
  refused: {
    source: 'RFC 9110 15.5: wrong credentials, or a request that can never succeed',
    retries: 0,
    opensCircuit: false,
    elsewhere: 'never',
    telling: 11,
    avoidMs: 0,
    passes: 'no',
    ofText: 'never',
  },
};

/** A count for each meaning, all zero. */
export function noFaults(): Record<FaultMeaning, number> {
  return Object.fromEntries(Object.keys(faultPolicies).map((meaning) => [meaning, 0])) as Record<
    FaultMeaning,
    number
  >;
}

export function policyOf({ meaning }: EmbedderFault): FaultPolicy {
  return faultPolicies[meaning];
}

/** The fault that an error is, or that it was told for. */
export function faultIn(error: unknown): EmbedderFault | undefined {
  if (error instanceof EmbedderFault) return error;
  return error instanceof ServiceError && error.cause instanceof EmbedderFault ? error.cause : undefined;
}

/** Whether a server is down or overloaded, and doesn't refuse or lack something: a later try may succeed. */
export function isDown(error: unknown): error is EmbedderFault | ServiceError {
  const fault = faultIn(error);
  return fault !== undefined && policyOf(fault).passes === 'yes';
}

/** Whether waiting may help where a server did well before. */
export function mayPass(fault: EmbedderFault): boolean {
  return policyOf(fault).passes !== 'no';
}

/** Whether opening the model anew may help. */
export function isRenewable(error: unknown): boolean {
  const fault = faultIn(error);
  return fault !== undefined && policyOf(fault).renewable === true;
}

/** Whether another endpoint may do better with so many texts. */
export function goesElsewhere(fault: EmbedderFault, texts: number): boolean {
  const { elsewhere } = policyOf(fault);
  return elsewhere === 'always' || (elsewhere === 'alone' && texts === 1);
}

/** Of the faults of several endpoints the one to tell; of one meaning, that which asks for the shortest pause. */
export function mostTelling(faults: readonly EmbedderFault[]): EmbedderFault {
  const pause = (fault: EmbedderFault) => fault.retryAfterMs ?? 0;
  return faults.toSorted((a, b) => policyOf(a).telling - policyOf(b).telling || pause(a) - pause(b))[0]!;
}

/** Whether it is the text's own fault rather than the server's, as far as the fault alone says. */
export function isOfText(fault: EmbedderFault): boolean {
  const { ofText } = policyOf(fault);
  return ofText === 'surely' || ofText === 'likely';
}

/** Whether the text was refused for its length: shorter texts can succeed. */
export function isTooLong(fault: EmbedderFault | undefined): boolean {
  return fault?.meaning === 'too-long';
}

/** Whether it came too late or not at all: less work at a time may be answered in time. */
export function isLate(fault: EmbedderFault): boolean {
  return policyOf(fault).overload === 'timeout';
}

/** Whether the server has another model or other vectors than before. */
export function isChanged(error: unknown): boolean {
  return faultIn(error)?.meaning === 'changed';
}

/** Whether the server answers, but doesn't say whether its model is still the same. */
export function isUnconfirmed(fault: EmbedderFault): boolean {
  return fault.meaning === 'unconfirmed';
}

/** Whether it wasn't sent because the endpoint is left alone. */
export function isResting(fault: EmbedderFault): boolean {
  return fault.meaning === 'resting';
}
