// What stands before the tests: lint, types and build, at the same time, as each is mostly one thread. Each one's output
// comes when it has ended, so that they don't mix.
import { spawn } from 'node:child_process';

const checks = ['lint', 'types', 'build'].map(
  (name) =>
    new Promise((resolve) => {
      // With a shell, as npm is a batch file on Windows.
      const child = spawn(`npm run --silent ${name}`, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const parts = [];
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => parts.push(part));
      child.once('error', (error) => resolve({ name, output: `${error}\n`, passed: false }));
      child.once('close', (code) => resolve({ name, output: Buffer.concat(parts), passed: code === 0 }));
    }),
);
for (const check of checks) {
  void check.then(({ name, output, passed }) => {
    process.stdout.write(output);
    console.log(`${name}: ${passed ? 'passed' : 'FAILED'}`);
  });
}
const outcomes = await Promise.all(checks);
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
