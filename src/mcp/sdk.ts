// Loads the SDK of the Model Context Protocol, which is only there when the user installed it: it takes 20 MB.
import { createRequire } from 'node:module';
import { UsageError } from '../errors.js';
import { installCommand } from '../package.js';

/** The version that works with Node 20.11, as `npm install` takes it. */
export const wantedSdk = '@modelcontextprotocol/sdk@1.32.2';

async function imported() {
  const [{ Server }, { StdioServerTransport }, http, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/server/index.js'),
    import('@modelcontextprotocol/sdk/server/stdio.js'),
    import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  return { Server, StdioServerTransport, ...http, types };
}

/** What is used of it. */
export type Sdk = Awaited<ReturnType<typeof imported>>;

/** @throws {UsageError} when it isn't installed */
export async function loadSdk(): Promise<Sdk> {
  try {
    return await imported();
  } catch (cause) {
    throw new UsageError(notInstalled(), { cause });
  }
}

/** What is told where it isn't installed; undefined where it is. Nothing of it is loaded. */
export function missingSdk(): string | undefined {
  try {
    createRequire(import.meta.url).resolve('@modelcontextprotocol/sdk/server/index.js');
    return undefined;
  } catch {
    return notInstalled();
  }
}

function notInstalled(): string {
  const install = installCommand([wantedSdk]);
  return `The Model Context Protocol needs its SDK, which is not installed: \`${install}\`.`;
}
