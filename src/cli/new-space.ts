// The room that V8 has for new objects: two halves, which grow to 16 MiB each while a program starts, and stay so. What answers
// questions for days needs its memory more than the few collections that they spare.
import { setFlagsFromString } from 'node:v8';

/** Major versions of Node whose V8 is known to have the flag: V8 prints an error for an unknown one. */
const known: readonly string[] = ['20', '24'];

/** Has it stay as large as it is now. */
export function keepNewSpaceSmall(): void {
  if (known.includes(process.versions.node.split('.', 1)[0]!))
    setFlagsFromString('--semi-space-growth-factor=1');
}
