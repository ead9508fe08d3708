// The systemd units: systemd itself verifies them where it is; their commands and exit codes are the program's.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodes } from '../../src/exit-codes.js';
import { defaultLimits } from '../../src/gateway/options.js';
import { bin } from '../helpers/cli.js';
import { filesIn, read, unknownFlags } from './files.js';

const units = filesIn('systemd', /\.(service|timer)$/);
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!hasSystemd) console.warn('\n*** SYSTEMD VERIFY IS SKIPPED: systemd-analyze is not on the PATH. ***\n');

const setting = (unit: string, key: string) =>
  new RegExp(`^${key}=(.*)$`, 'm').exec(read(`systemd/${unit}`))?.[1];

test.skipIf(!hasSystemd)('systemd-analyze verify', () => {
  const folder = mkdtempSync(join(tmpdir(), 'embed-units-'));
  const copies = units.map((unit) => {
    const copy = join(folder, basename(unit).replace('@.', '@1.'));
    // Where the program is, is the machine's affair.
    writeFileSync(copy, read(unit).replace('/usr/local/bin/embed', bin));
    return copy;
  });
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...copies], {
    encoding: 'utf8',
  });
  const calendar = execFileSync(
    'systemd-analyze',
    ['calendar', setting('embed-ingest.timer', 'OnCalendar')!],
    {
      encoding: 'utf8',
    },
  );
  rmSync(folder, { recursive: true });
  expect(stderr.split('\n').filter((line) => line.includes('embed-'))).toEqual([]);
  expect(status).toBe(0);
  expect(calendar).toContain('03:15:00');
});

test('the unit of the timer is there', () => {
  expect(units.map((unit) => basename(unit))).toEqual([
    'embed-ingest.service',
    'embed-ingest.timer',
    'embed-serve.service',
    'embed-watch.service',
    'embed-worker@.service',
  ]);
});

test.each(['embed-serve.service', 'embed-ingest.service', 'embed-watch.service', 'embed-worker@.service'])(
  '%s: its command has the flags',
  (unit) => {
    const [program, ...args] = setting(unit, 'ExecStart')!.split(' ');
    expect(program).toBe('/usr/local/bin/embed');
    expect(unknownFlags(args)).toEqual([]);
  },
);

test('what a second try heals is tried again', () => {
  const { usage, someFailed, output, locked } = exitCodes;
  expect(setting('embed-ingest.service', 'RestartPreventExitStatus')).toBe(
    `${usage} ${someFailed} ${output}`,
  );
  expect(setting('embed-ingest.service', 'SuccessExitStatus')).toBe(`${locked}`);
  expect(setting('embed-serve.service', 'RestartPreventExitStatus')).toBe(`${usage}`);
  for (const unit of ['embed-watch.service', 'embed-worker@.service'])
    expect(setting(unit, 'RestartPreventExitStatus')).toBe(`${usage} ${output}`);
});

test('a gateway that is told to end gets the time that it takes', () => {
  expect(Number.parseInt(setting('embed-serve.service', 'TimeoutStopSec')!, 10) * 1000).toBeGreaterThan(
    defaultLimits.drainMs,
  );
});
