// What a program tells its user about each error, and about each document that failed.
import {
  DamagedOutputError,
  DestinationError,
  type DestinationErrorOptions,
  DocumentError,
  EmbedderFault,
  EmbedError,
  exitCodes,
  type Failure,
  type FailureCode,
  type FaultMeaning,
  LockedError,
  NewerOutputError,
  NoIndexError,
  NotStartedError,
  OtherOutputError,
  OutputError,
  QueueFullError,
  type RejectedText,
  RejectedTextsError,
  ResultTimeoutError,
  ServiceError,
  UnknownRequestError,
  UsageError,
  VectorSpaceError,
  WrongVectorsError,
  type WrongVectorsOptions,
} from 'embed-ingest';

const passing: readonly FaultMeaning[] = ['busy', 'timeout', 'unreachable', 'unconfirmed', 'resting'];
const users: readonly FailureCode[] = ['encrypted', 'malformed', 'undecodable', 'unreadable'];

export function adviceOn(error: unknown): string {
  if (!(error instanceof EmbedError)) return 'report it';
  if (error instanceof RejectedTextsError) return `leave out ${error.rejected.map(placeOf).join(', ')}`;
  if (error instanceof EmbedderFault)
    return passing.includes(error.meaning) ? 'try again' : 'look at the server';
  if (error instanceof WrongVectorsError) return `mend the server: ${error.reason}`;
  if (error instanceof DocumentError) return users.includes(error.failure) ? 'save it again' : 'run again';
  if (error instanceof QueueFullError || error instanceof ResultTimeoutError) return 'ask again later';
  if (error instanceof LockedError) return 'wait for the other run';
  if (error instanceof ServiceError) return 'start the server';
  if (error instanceof DestinationError) return error.isPassing ? 'sync again' : 'look at the database';
  if (error instanceof OtherOutputError) return 'name another index';
  if (error instanceof VectorSpaceError || error instanceof DamagedOutputError) return 'make the index again';
  if (error instanceof NewerOutputError) return 'update this program';
  if (error instanceof NoIndexError) return 'ingest first';
  if (error instanceof OutputError || error instanceof UsageError) return error.message;
  if (error instanceof NotStartedError || error instanceof UnknownRequestError) return 'mend this program';
  return `exit with ${error.exitCode}`;
}

function placeOf({ index, fault }: RejectedText): string {
  return `${index} (${fault.meaning})`;
}

/** All errors that a program can meet, with what is told of each. */
export function allAdvice(): string[] {
  const unlike: WrongVectorsOptions = { reason: 'unlike-servers' };
  const starting: DestinationErrorOptions = { isPassing: true };
  const fault = new EmbedderFault('too-long', 'It is too long: split it.');
  const errors = [
    new EmbedError('MINE', exitCodes.someFailed, 'Something of mine failed.'),
    new RejectedTextsError([{ index: 1, fault }], [new Float32Array(8), undefined]),
    new EmbedderFault('busy', 'It has too much to do: try again.'),
    new WrongVectorsError('Two servers differ: pull the same model on both.', unlike),
    new DocumentError('encrypted', 'It is protected: save it without a password.'),
    new QueueFullError('It is full.'),
    new ResultTimeoutError('It is late.'),
    new LockedError('It is locked.'),
    new ServiceError('It is down.'),
    new DestinationError('It starts.', starting),
    new OtherOutputError('It is of another output.'),
    new VectorSpaceError('It is another model.'),
    new DamagedOutputError('It is damaged.'),
    new NewerOutputError('It is newer.'),
    new NoIndexError('There is no index.'),
    new OutputError('free some space'),
    new UsageError('name a folder'),
    new NotStartedError('It was not started.'),
    new UnknownRequestError('It is unknown.'),
    new Error('It is unforeseen.'),
  ];
  return errors.map((error) => `${error.name}: ${adviceOn(error)}`);
}

export function lineOf({ source, code, chunk }: Failure): string {
  return chunk === undefined ? `${source}: ${code}` : `${source}, chunk ${chunk}: ${code}`;
}
