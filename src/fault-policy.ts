// What is done about a fault, in one table. Another table says what a server's answer means
// (`error-messages.ts` of `embedders/ollama` and `embedders/openai`), and a third one which status a gateway's client gets
// (`gateway/routes/error-answers.ts`).
import { EmbedderFault, type FaultMeaning, ServiceError } from './errors.js';
import type { Overload } from './types/requests.js';

export interface FaultPolicy {
  /** Source of the row: a recording, a report or a standard. */
  source: string;
  /** Max retries of a request. */
  retries: number;
  /** True when several in a row open the endpoint's circuit. */
  opensCircuit: boolean;
  /** True when another endpoint may succeed; `alone`: only with a single text. */
  elsewhere: 'always' | 'alone' | 'never';
  /** Order for choosing between the faults of several endpoints: the lowest is reported, as it is the most useful. */
  telling: number;
  /** How long other endpoints are preferred, in ms, unless the server asks for longer. */
  avoidMs: number;
  /** True when waiting may help; `perhaps`: only for a server that worked before. */
  passes: 'yes' | 'perhaps' | 'no';
  /** True when a text may be the cause; if that isn't sure, a canary decides. */
  ofText: 'surely' | 'likely' | 'perhaps' | 'never';
  /** What it means for the server's load. */
  overload?: Overload;
  /** Nothing was sent. */
  unsent?: true;
  /** True when no server was reached: the next answer may come from another server. */
  unmet?: true;
  /** True when opening the model again may help. */
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
    // If a runner died for another reason, it is back for the second try. A text that kills it kills it again.
    source: 'ollama-contract 1: one bad text fails the batch; a killed runner is back after 0.5 s',
    retries: 1,
    opensCircuit: false,
    // The caller finds out which of several texts is bad. A single text is also tried on another server, as the runner of one
    // host may be broken.
    elsewhere: 'alone',
    telling: 1,
    // The second try should go to another server.
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
      'our own look at /api/tags after an answer; design: a model that is pulled again breaks no connection',
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
    source: 'our own circuit breaker: the caller must know at once',
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
    source: 'recorded: embed_unknown_model 0.24.0, 0.32.15; a person has to pull it',
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

/** The fault of an error: itself, or its cause. */
export function faultIn(error: unknown): EmbedderFault | undefined {
  if (error instanceof EmbedderFault) return error;
  return error instanceof ServiceError && error.cause instanceof EmbedderFault ? error.cause : undefined;
}

/** True when a server is down or overloaded, so that a later try may succeed; false when it refuses or lacks something. */
export function isDown(error: unknown): error is EmbedderFault | ServiceError {
  const fault = faultIn(error);
  return fault !== undefined && policyOf(fault).passes === 'yes';
}

/** Whether waiting may help where a server did well before. */
export function mayPass(fault: EmbedderFault): boolean {
  return policyOf(fault).passes !== 'no';
}

/** True when opening the model again may help. */
export function isRenewable(error: unknown): boolean {
  const fault = faultIn(error);
  return fault !== undefined && policyOf(fault).renewable === true;
}

/** True when another endpoint may succeed with so many texts. */
export function goesElsewhere(fault: EmbedderFault, texts: number): boolean {
  const { elsewhere } = policyOf(fault);
  return elsewhere === 'always' || (elsewhere === 'alone' && texts === 1);
}

/** The fault to report, of several endpoints; of equal meanings, the one with the shortest pause. */
export function mostTelling(faults: readonly EmbedderFault[]): EmbedderFault {
  const pause = (fault: EmbedderFault) => fault.retryAfterMs ?? 0;
  return faults.toSorted((a, b) => policyOf(a).telling - policyOf(b).telling || pause(a) - pause(b))[0]!;
}

/** True when, by the fault alone, the text is the cause and not the server. */
export function isOfText(fault: EmbedderFault): boolean {
  const { ofText } = policyOf(fault);
  return ofText === 'surely' || ofText === 'likely';
}

/** Whether the text was refused for its length: shorter texts can succeed. */
export function isTooLong(fault: EmbedderFault | undefined): boolean {
  return fault?.meaning === 'too-long';
}

/** Whether the text was refused because the embedder doesn't know its script. */
export function isUnknownScript(fault: EmbedderFault | undefined): boolean {
  return fault?.meaning === 'unknown-script';
}

/** True when the server takes no more for a while: the same can succeed later. */
export function isBusy(fault: EmbedderFault | undefined): fault is EmbedderFault {
  return fault?.meaning === 'busy';
}

/** True when the answer was late or missing: less work at a time may be answered in time. */
export function isLate(fault: EmbedderFault): boolean {
  return policyOf(fault).overload === 'timeout';
}

/** Whether the server has another model or other vectors than before. */
export function isChanged(error: unknown): boolean {
  return faultIn(error)?.meaning === 'changed';
}

/** True when the server answers, but doesn't confirm that its model is still the same. */
export function isUnconfirmed(fault: EmbedderFault): boolean {
  return fault.meaning === 'unconfirmed';
}

/** True when it wasn't sent because the endpoint's circuit is open. */
export function isResting(fault: EmbedderFault): boolean {
  return fault.meaning === 'resting';
}
