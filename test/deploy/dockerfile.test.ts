// The Dockerfile: valid, made of files that are there, of a Node that the package wants; its health check is run.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import ignore from 'ignore';
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../examples/gateway.js';
import { makeWorkspace } from '../helpers/cli.js';
import { freePort } from '../helpers/redis.js';
import { read, root, unknownFlags } from './files.js';

const dockerfile = read('Dockerfile');
/** Instructions, with continued lines joined. */
const lines = dockerfile
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const last = (instruction: string) => lines.findLast((line) => line.startsWith(`${instruction} `));
const wordsOf = (line: string) => JSON.parse(line.slice(line.indexOf('['))) as string[];

test('a validator finds nothing', () => {
  expect(validate(dockerfile).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
});

test('what is copied is there, and not ignored', () => {
  const ignored = ignore().add(read('Dockerfile.dockerignore').replace(/^\*\*$/m, '/*'));
  const sources = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
    .flatMap((line) => line.split(' ').slice(1, -1));
  expect(sources.length).toBeGreaterThan(5);
  for (const source of sources) {
    expect(existsSync(join(root, source)), source).toBe(true);
    expect(ignored.ignores(source.replace('./', '')), source).toBe(false);
  }
  expect(ignored.ignores('node_modules')).toBe(true);
  expect(ignored.ignores('test')).toBe(true);
});

test('the build has the scripts that it runs', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: { build: string };
  };
  const run = Array.from(scripts.build.matchAll(/node ([\w./-]+)/g), ([, name]) => name!);
  expect(run.length).toBeGreaterThan(0);
  const before = lines
    .slice(0, lines.indexOf('RUN npm run build'))
    .filter((line) => line.startsWith('COPY '));
  const copied = before.flatMap((line) => line.split(' ').slice(1, -1));
  for (const name of run)
    expect(
      copied.some((one) => name.startsWith(`${one}/`)),
      name,
    ).toBe(true);
});

test('one pinned Node that the package takes, and not as root', () => {
  const images = new Set(lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]!));
  expect(images.size).toBe(1);
  const [, major, minor] = /^node:(\d+)\.(\d+)\.\d+-/.exec([...images][0]!)!.map(Number);
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const [, leastMajor, leastMinor] = />=(\d+)\.(\d+)/.exec(engines.node)!.map(Number);
  expect(major! * 1000 + minor!).toBeGreaterThanOrEqual(leastMajor! * 1000 + leastMinor!);
  expect(last('USER')).toBe('USER 1000:1000');
});

test('it starts the program, which has the flags', () => {
  const [node, bin] = wordsOf(last('ENTRYPOINT')!);
  expect(node).toBe('node');
  expect(existsSync(join(root, bin!.replace('/app/', '')))).toBe(true);
  expect(unknownFlags(wordsOf(last('CMD')!))).toEqual([]);
});

test('the health check says yes to a gateway, and no where there is none', async () => {
  const [command, ...args] = wordsOf(last('HEALTHCHECK')!);
  expect(command).toBe('node');
  const run = promisify(execFile);
  const check = (url: string) =>
    run(
      process.execPath,
      args.map((arg) => arg.replace('http://127.0.0.1:11444', url)),
    ).then(
      () => 0,
      ({ code }: { code: number }) => code,
    );
  const workspace = makeWorkspace();
  const gateway = await startGateway(workspace);
  onTestFinished(async () => void (await gateway.stop()));
  expect(await check(gateway.url)).toBe(0);
  expect(await gateway.stop()).toBe(0);
  workspace.remove();
  expect(await check(`http://127.0.0.1:${await freePort()}`)).toBe(1);
});
