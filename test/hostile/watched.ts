// What a command takes of memory at most.
import { readFileSync } from 'node:fs';
import type { CliResult, RunningCli } from '../helpers/cli.js';

/** Its result; `peak` is the most memory that its main process held, in MB. */
export async function watched({ child, done }: RunningCli): Promise<CliResult & { peak: number }> {
  let peak = 0;
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 10);
  const result = await done;
  clearInterval(timer);
  return { ...result, peak };
}
