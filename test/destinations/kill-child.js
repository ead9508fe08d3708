// Syncs an output, and tells of each batch that was sent, so that the test can kill it there.

import { sync } from '../../dist/commands/sync.js';
import { loadSettings } from '../../dist/config/load.js';

const [out, address] = process.argv.slice(2);
const { settings } = await loadSettings({ env: {}, cwd: out, flags: { out, maxRetries: '0' } });
let sent = 0;
const progress = {
  total: 0,
  get sent() {
    return sent;
  },
  set sent(rows) {
    sent = rows;
    process.send(rows);
  },
};
process.send(-1);
const { destinations } = await sync({
  settings,
  destinations: [address],
  rowsPerRequest: 5,
  wait: true,
  progress,
});
if (destinations[0].error) throw destinations[0].error;
process.send(-2);
process.disconnect();
