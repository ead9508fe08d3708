// Takes a lock in a process of its own. Usage: lock-child.js <folder> <hold|die>
// Prints `taken`, or the code of the error. `hold` keeps the lock until standard input ends, `die` takes it to the grave.
import { acquireLock } from '../../../dist/output/lock/lock.js';

const [dir, then] = process.argv.slice(2);
try {
  const lock = await acquireLock(dir);
  if (then === 'die') process.kill(process.pid, 'SIGKILL');
  process.stdout.write('taken\n');
  process.stdin.resume();
  process.stdin.once('end', () => lock.release());
} catch (error) {
  process.stdout.write(`${error.code}\n`);
}
