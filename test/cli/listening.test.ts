// Where a gateway listens, as addresses that one can open.
import { expect, test } from 'vitest';
import { openableAddresses } from '../../src/cli/terminal/listening.js';

const interfaces = {
  lo: [{ address: '127.0.0.1', family: 'IPv4', internal: true }],
  eth0: [
    { address: '10.1.2.3', family: 'IPv4', internal: false },
    { address: 'fe80::1', family: 'IPv6', internal: false },
  ],
};

test.each([
  ['http://127.0.0.1:11444', { here: 'http://127.0.0.1:11444' }],
  ['http://gpu.lan:80', { here: 'http://gpu.lan:80' }],
  ['http://0.0.0.0:11444', { here: 'http://127.0.0.1:11444', elsewhere: ['http://10.1.2.3:11444'] }],
  ['http://[::]:11444', { here: 'http://[::1]:11444', elsewhere: ['http://10.1.2.3:11444'] }],
])('%s', (url, addresses) => {
  expect(openableAddresses(url, interfaces)).toEqual(addresses);
});
