// compose.yaml: valid by Compose's own schema and a linter's rules, and in agreement with the program.
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../src/gateway/options.js';
import { deployFolder, knownVariables, unknownFlags, version, yamlOf } from './files.js';

interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  environment?: { [name: string]: string };
  ports?: string[];
  healthcheck?: object;
  stop_grace_period?: string;
  read_only?: boolean;
  deploy?: { resources: { limits: { memory: string } } };
}

const [compose] = yamlOf('compose.yaml') as [
  { services: { [name: string]: Service }; volumes: { [name: string]: null } },
];
const { services } = compose;

test('the schema and the linter find nothing', async () => {
  // The order of keys is a matter of taste; the image has a name besides its build, so that `ingest` shares it.
  const off = Object.fromEntries(
    [
      'no-build-and-image',
      'service-keys-order',
      'services-alphabetical-order',
      'service-dependencies-alphabetical-order',
      'top-level-properties-order',
    ].map((rule) => [rule, 0 as const]),
  );
  const linter = new DCLinter({ rules: off, quiet: false, debug: false, exclude: [] });
  // Its own types lead to a module that the package lacks.
  const results: { messages: { line: number; message: string }[] }[] = await linter.lintFiles(
    [join(deployFolder, 'compose.yaml')],
    false,
  );
  expect(results).toHaveLength(1);
  expect(results[0]!.messages.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
});

test('nothing but the gateway is published, on the loopback address only', () => {
  const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => `${name} ${port}`),
  );
  expect(published).toEqual(['gateway 127.0.0.1:11444:11444']);
});

test('commands have their flags, variables are read by the program, addresses lead to services', () => {
  for (const name of ['gateway', 'ingest', 'worker']) {
    const { command, environment, image, read_only, build } = services[name]!;
    expect(image).toBe(`embed:${version}`);
    expect(build).toEqual({ context: '..', dockerfile: 'deploy/Dockerfile' });
    expect(read_only).toBe(true);
    if (command) expect(unknownFlags(command)).toEqual([]);
    for (const [variable, value] of Object.entries(environment!)) {
      expect(knownVariables).toContain(variable);
      if (value.includes('://')) expect(Object.keys(services)).toContain(new URL(value).hostname);
    }
  }
  expect(services.gateway!.environment!.EMBED_SERVE_TOKEN).toMatch(/^\$\{EMBED_SERVE_TOKEN:\?/);
});

test('a gateway that is told to end gets the time that it takes', () => {
  expect(Number.parseInt(services.gateway!.stop_grace_period!, 10) * 1000).toBeGreaterThan(
    defaultLimits.drainMs,
  );
});

test('Redis drops old vectors before it uses up its memory', () => {
  const { command, deploy } = services.redis!;
  expect(command!.join(' ')).toContain('--maxmemory 1gb --maxmemory-policy volatile-lru');
  expect(deploy!.resources.limits.memory).toBe('2G');
});

test('the queue drops nothing', () => {
  expect(services.queue!.command!.join(' ')).toContain('--maxmemory-policy noeviction');
});

test('services that others wait for have a health check', () => {
  for (const name of ['redis', 'ollama', 'queue']) expect(services[name]!.healthcheck).toHaveProperty('test');
});
