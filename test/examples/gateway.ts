// A real gateway for the examples and the files of deploy/: `embed serve` on a port of its own.
import type { Workspace } from '../helpers/cli.js';

export interface Gateway {
  readonly url: string;
  /** SIGTERM; the exit status. May be called again. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Starts `embed serve` in the workspace and waits until it listens. */
export async function startGateway(
  workspace: Workspace,
  args: readonly string[] = ['--embedder', 'builtin'],
): Promise<Gateway> {
  const { child, done } = workspace.start(['serve', '--port', '0', ...args]);
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr!.on('data', (text: string) => {
      said += text;
      const listening = /^embed gateway: (\S+)$/m.exec(said);
      if (listening) resolve(listening[1]!);
    });
    done.then(({ code }) => reject(new Error(`embed serve ended with ${code}: ${said}`)), reject);
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      return (await done).code;
    },
    async kill() {
      child.kill('SIGKILL');
      await done;
    },
  };
}
