import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { patientFlag } from '../../src/cli/compile-budget.js';

test('this Node knows its flag, and says nothing', () => {
  const flag = patientFlag(process.versions.node);
  const code = `require('node:v8').setFlagsFromString(${JSON.stringify(flag ?? '')})`;
  expect(spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test('no flag is set where V8 may not know it', () => {
  expect(patientFlag('20.11.1')).toBe('--interrupt-budget=500000');
  for (const version of ['18.20.4', '22.0.0', '2.0.0', '200.0.0'])
    expect(patientFlag(version)).toBeUndefined();
});
