// The clients that ask servers at http://: tests of what a server may do to one run over both.
import { afterEach, beforeEach } from 'vitest';
import type { HttpClient } from '../../src/net/connections.js';

export const httpClients: readonly HttpClient[] = ['own', 'undici'];

let current: HttpClient = 'own';

/** The client of this test. */
export const httpClient = (): HttpClient => current;

/** In a `describe`: its tests run over this client, where they ask for `httpClient`. */
export function over(client: HttpClient): void {
  beforeEach(() => {
    current = client;
  });
  afterEach(() => {
    current = 'own';
  });
}
