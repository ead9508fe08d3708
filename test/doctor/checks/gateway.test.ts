// What the doctor says of a running gateway: well, closed, half ill, down, and of what is none.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { type DoctorReport, doctor } from '../../../src/commands/doctor.js';
import { UsageError } from '../../../src/errors.js';
import { gateway, ollama, post } from '../../gateway/gateways.js';
import { eventually } from '../../helpers/eventually.js';

const look = (url: string, token?: string) => doctor({ gateway: { url, token } });

const line = ({ checks }: DoctorReport, id: string) => checks.find((check) => check.id === `gateway.${id}`);

test('a gateway that is well tells what it has done', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  await post(`${url}/api/embed`, { model: 'all-minilm', input: ['one', 'two'] });
  const report = await look(url);
  expect(report).toMatchObject({ ok: true, counts: { failure: 0, warning: 0 } });
  expect(line(report, 'server')?.seen).toBe(server.url);
  expect(line(report, 'pipeline')?.seen).toContain('all-minilm:latest: 0 texts waiting');
  expect(line(report, 'performance')?.seen).toMatch(/^2 texts in, 1 request out, 2\.0 texts each/);
});

test('without its token, it says only how it is', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] }, { token: 'hush' });
  const closed = await look(url);
  expect(line(closed, 'token')?.status).toBe('warning');
  expect(line(closed, 'performance')).toBeUndefined();
  expect(line(await look(url, 'wrong'), 'token')?.status).toBe('failure');
  expect(line(await look(url, 'hush'), 'performance')?.status).toBe('ok');
});

test('a server that gives other vectors is told apart from one that fails', async () => {
  const [a, b] = [await ollama(), await ollama()];
  const { url } = await gateway({ ollamaUrl: [a.url, b.url], batchSize: 1 });
  const input = (name: string) => Array.from({ length: 12 }, (_, index) => `${name} ${index}`);
  await post(`${url}/api/embed`, { model: 'all-minilm', input: input('before') });
  b.become({ digest: 'e'.repeat(64) });
  await post(`${url}/api/embed`, { model: 'all-minilm', input: input('after') });
  const pipeline = line(await look(url), 'pipeline');
  expect(pipeline).toMatchObject({
    status: 'warning',
    seen: expect.stringContaining(`kept out for other vectors: ${b.url} (`),
  });
  expect(pipeline!.seen).not.toContain('left alone');
});

test('a gateway whose server is down fails, with what mends it', async () => {
  const server = await ollama();
  const { url } = await gateway({ ollamaUrl: [server.url] });
  await server.die();
  await eventually(async () => line(await look(url), 'status')?.status).toBe('failure');
  expect(line(await look(url), 'server')).toMatchObject({ status: 'failure', mend: 'ollama serve' });
});

test('no server there, another server there, and what is no address', async () => {
  const other = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const report = await look(`127.0.0.1:${port}`);
  expect(line(report, 'reachable')).toMatchObject({
    status: 'failure',
    seen: 'what answers there (200) is no embed gateway: name another address',
  });
  await new Promise((resolve) => other.close(resolve));
  expect(line(await look(`127.0.0.1:${port}`), 'reachable')).toMatchObject({
    status: 'failure',
    mend: 'embed serve',
  });
  await expect(look('ftp://here')).rejects.toThrow(UsageError);
});
