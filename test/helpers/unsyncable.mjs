// Loaded before the command line: a disk whose folders can't be synced, as CIFS and some FUSE answer.
import { open } from 'node:fs/promises';

const handle = await open('.', 'r');
const prototype = Object.getPrototypeOf(handle);
await handle.close();
const { sync } = prototype;
const code = process.env.TEST_SYNC_CODE;

prototype.sync = async function () {
  const isFolder = (await this.stat()).isDirectory();
  if (isFolder) process.stderr.write('refused to sync a folder\n');
  if (isFolder) throw Object.assign(new Error(`${code}: fsync`), { code, syscall: 'fsync' });
  return sync.call(this);
};
