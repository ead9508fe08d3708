// What goes wrong on a plain connection. The codes are put into words by connection-fault.ts.

export type PlainHttpCode =
  /** The server ended the connection before its answer was whole. */
  | 'HTTP_CLOSED'
  /** Headers, trailers or notes on chunks beyond the bounds. */
  | 'HTTP_HEADERS_TOO_LARGE'
  /** Something that isn't HTTP/1.x at all. */
  | 'HTTP_NOT_SPOKEN'
  /** HTTP with something odd in it. What the server meant is never guessed. */
  | 'HTTP_ODD_ANSWER'
  /** A path or a header of ours that can't be sent. */
  | 'HTTP_BAD_REQUEST'
  /** We closed the connections. */
  | 'HTTP_DESTROYED'
  /** As Node has for a connection that the system gave up. */
  | 'ETIMEDOUT';

export class PlainHttpError extends Error {
  readonly code: PlainHttpCode;

  /** @param message a phrase of our own words: it repeats nothing that a server sent */
  constructor(code: PlainHttpCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** For an answer that HTTP doesn't allow, or that can be read in two ways. @param what `two lengths` */
export function odd(what: string): PlainHttpError {
  return new PlainHttpError('HTTP_ODD_ANSWER', what);
}

export function closed(): PlainHttpError {
  return new PlainHttpError('HTTP_CLOSED', 'the connection ended before the answer was whole');
}
