// A time limit for what Redis is asked: a client that connects again keeps its questions, and gives them no end.
import { SilenceError } from './errors.js';

/** @throws {SilenceError} when the promise takes longer; what becomes of it then is ignored */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SilenceError('no answer in time')), milliseconds);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
