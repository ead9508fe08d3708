// A server in virtual time, and a client that always has texts for it: what a limiter does in hours is seen in
// milliseconds, and the same seed gives the same run. Plain JavaScript, because the benchmarks use it, too.

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Lets `limiter` decide over requests to a server until `answers` of them came back.
 * @param makeLimiter now → limiter
 * @param model
 * - `perRequest`, `perText`, `perToken`: ms; the first beside the work on other requests
 * - `lanes`: requests worked on at once; `width`: texts worked on at once within a request
 * - `roundTrip`: ms on the wire; `crowd`: texts at the server above which work takes longer, `crowded` times as long for each time as many
 * - `busyAbove`: requests at the server above which it refuses more; `timeout`: ms
 * - `noise`: standard deviation of a request's time, as a share
 * - `change(answers)`: what is different from then on, e.g. `{ busyAbove: 1 }`
 * @param options `answers`, `seed`, `tokens(random, answers)` of a text; `pause`: ms without texts between batches
 */
export function simulate(makeLimiter, model, options = {}) {
  const { answers: wanted = 1000, seed = 1, tokens = mixedTexts, pause = 0 } = options;
  const random = randomFrom(seed);
  let now = 0;
  const limiter = makeLimiter(() => now);
  const lanes = [];
  /** What comes back to the client, soonest first. */
  const events = [];
  let [inFlight, atServer, textsAtServer, answers, done, texts, requests, overloads] = [
    0, 0, 0, 0, 0, 0, 0, 0,
  ];
  const trace = [];

  const schedule = (at, run) => {
    let place = events.length;
    while (place > 0 && events[place - 1].at > at) place--;
    events.splice(place, 0, { at, run });
  };

  const send = () => {
    const is = {
      lanes: 1,
      width: 1,
      perRequest: 0,
      perText: 0,
      perToken: 0,
      roundTrip: 0,
      noise: 0,
      ...model,
    };
    Object.assign(is, model.change?.(answers));
    const batch = { texts: limiter.batchSize, tokens: 0 };
    for (let text = 0; text < batch.texts; text++) batch.tokens += tokens(random, answers);
    const sentAt = now;
    const sentWith = ++inFlight;
    requests++;
    if (atServer >= (is.busyAbove ?? Number.POSITIVE_INFINITY)) {
      return schedule(now + is.roundTrip, () => fail('busy'));
    }
    atServer++;
    textsAtServer += batch.texts;
    const arrival = now + is.roundTrip / 2;
    lanes.length = Math.min(Math.max(lanes.length, is.lanes), is.lanes);
    for (let lane = 0; lane < is.lanes; lane++) lanes[lane] ??= 0;
    const lane = lanes.indexOf(Math.min(...lanes));
    const work =
      Math.ceil(batch.texts / is.width) * is.perText +
      (batch.tokens / Math.min(batch.texts, is.width)) * is.perToken;
    const crowd = is.crowd === undefined ? 0 : Math.max(0, textsAtServer / is.crowd - 1);
    const slower = (1 + crowd * (is.crowded ?? 0)) * Math.exp(is.noise * gauss(random));
    const end = Math.max(arrival + is.perRequest, lanes[lane]) + work * slower;
    lanes[lane] = end;
    schedule(end, () => {
      atServer--;
      textsAtServer -= batch.texts;
    });
    const answerAt = end + is.roundTrip / 2;
    const timeout = sentAt + (is.timeout ?? Number.POSITIVE_INFINITY);
    if (answerAt > timeout) return schedule(timeout, () => fail('timeout'));
    schedule(answerAt, () => {
      inFlight--;
      answers++;
      done += batch.tokens;
      texts += batch.texts;
      limiter.answered({ ...batch, ms: now - sentAt, inFlight: sentWith });
    });
  };
  const fail = (why) => {
    overloads++;
    limiter.overloaded(why);
    // The slot waits with its request, as a retry does.
    schedule(now + 500, () => {
      inFlight--;
    });
  };

  let last = '';
  while (answers < wanted) {
    while (inFlight < limiter.concurrency) {
      if (pause > 0) now += pause;
      send();
    }
    const setting = `${limiter.batchSize}x${limiter.concurrency}`;
    if (setting !== last)
      trace.push({ answers, ms: now, batchSize: limiter.batchSize, concurrency: limiter.concurrency });
    last = setting;
    const event = events.shift();
    now = Math.max(now, event.at);
    event.run();
  }
  return {
    tokensPerSecond: (done / now) * 1000,
    textsPerSecond: (texts / now) * 1000,
    ms: now,
    requests,
    overloads,
    trace,
    limiter,
  };
}

/** Tokens of a text: 16 to 240, most of them short. */
export function mixedTexts(random) {
  return 16 + Math.floor(224 * random() ** 2);
}

function gauss(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
