// How the fuzzer starts the gateway: on a port of its own, without a cache, and soon tired of servers that fail.
export function serveArgs(port, ...more) {
  const server = ['serve', '--port', String(port), '--cache', 'none', '--log-level', 'info'];
  const patience = ['--max-retries', '0', '--batch-timeout', '800', '--wait-for-server', '1s'];
  return [...server, ...more, ...patience];
}
