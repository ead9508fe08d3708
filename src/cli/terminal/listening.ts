// Where a gateway or a worker listens, as addresses that one can open.
import { networkInterfaces } from 'node:os';
import { joined, type Printable, printable, say } from '../../text/printable.js';

/** Addresses of other machines' networks that are shown. */
const maxShown = 3;

/**
 * @param url where it listens; its host may stand for all addresses of this machine
 * @returns one for this machine, and where the host stands for all, those by which other machines reach it
 */
export function openableAddresses(
  url: string,
  interfaces: NodeJS.Dict<
    readonly { address: string; family: string; internal: boolean }[]
  > = networkInterfaces(),
): { here: string; elsewhere?: string[] } {
  const at = new URL(url);
  if (at.hostname !== '0.0.0.0' && at.hostname !== '[::]') return { here: url };
  const others = Object.values(interfaces)
    .flatMap((one) => one ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .slice(0, maxShown)
    .map(({ address }) => `http://${address}:${at.port}`);
  const here = at.hostname === '[::]' ? '[::1]' : '127.0.0.1';
  return { here: `http://${here}:${at.port}`, elsewhere: others };
}

/** Says so, where a host stands for all addresses. @param elsewhere as {@link openableAddresses} gives them */
export function onAllAddresses(elsewhere: readonly string[]): Printable {
  const others = joined(
    elsewhere.map((one) => printable(one)),
    say`, `,
  );
  const more = elsewhere.length > 0 ? say`; for other machines: ${others}` : say``;
  return say`It listens on all addresses of this machine${more}`;
}
