// What holds of PostgreSQL alone.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createHnsw, createTables, tableOf } from '../../src/destinations/postgres/table.js';
import { DestinationError, LockedError, UsageError } from '../../src/errors.js';
import { type PostgresServer, postgresAvailable, startPostgres, withClient } from '../helpers/postgres.js';
import { freePort } from '../helpers/redis.js';
import { makeSpace, temporaryFolder } from '../output/sample.js';
import { documents, makeIndex, openStore } from './indexes.js';

describe.skipIf(!postgresAvailable)('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  const query = async (address: string, text: string) =>
    (await withClient(address, (client) => client.query(text))).rows;

  test('readers see the old index or the new one', async () => {
    const address = await server.database();
    const index = await makeIndex(documents(40));
    await index.sync(address);
    const state = "SELECT count(*) || md5(string_agg(id || sum, '' ORDER BY id)) AS state FROM embed_chunks";
    await withClient(address, async (reader) => {
      const read = async () => (await reader.query<{ state: string }>(state)).rows[0]!.state;
      const before = await read();
      await index.write(documents(40, 15));
      let isDone = false;
      const seen = new Set<string>();
      const reading = (async () => {
        for (; !isDone; await turn()) seen.add(await read());
      })();
      await index.sync(address, { rowsPerRequest: 4 });
      isDone = true;
      await reading;
      const after = await read();
      expect(after).not.toBe(before);
      seen.delete(after);
      expect([...seen]).toEqual([before]);
    });
  });

  test('a renamed document costs no vector, nor does one in which rows have other places', async () => {
    const address = await server.database();
    const index = await makeIndex(documents(6));
    await index.sync(address);
    const ids = async () =>
      (await query(address, 'SELECT id FROM embed_chunks ORDER BY id')).map(({ id }) => id as string);
    const before = await ids();
    // Where a vector was sent again, it would be whole.
    const [{ embedding: first }] = await query(address, 'SELECT embedding FROM embed_chunks LIMIT 1');
    await query(address, `UPDATE embed_chunks SET embedding = '${first}'`);
    const [one, two, ...others] = documents(6);
    const renamed = { ...one!, source: 'docs/renamed.md' };
    const longer = { ...two!, texts: ['new at its beginning', ...two!.texts] };
    await index.write([...others, renamed, longer].sort((a, b) => (a.source < b.source ? -1 : 1)));
    expect(await index.sync(address)).toMatchObject({ new: 1, changed: 6, removed: 0, unchanged: 12 });
    const rows = await query(
      address,
      'SELECT id, source, chunk, text, metadata, embedding FROM embed_chunks',
    );
    const wanted = index.rows().map(({ id, source, text, metadata }) => ({ id, source, text, metadata }));
    const plain = rows.map(({ id, source, text, metadata }) => ({ id, source, text, metadata }));
    expect(plain.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(wanted);
    expect(rows.filter(({ embedding }) => embedding !== first).map(({ text }) => text)).toEqual([
      'new at its beginning',
    ]);
    const after = await ids();
    expect(before.filter((id) => !after.includes(id))).toHaveLength(3);
    expect(await index.sync(address)).toMatchObject({ unchanged: 19 });
  });

  test('a folder is filtered in SQL as docs/destinations.md says', async () => {
    const address = await server.database();
    const index = await makeIndex([
      { source: 'notes/my_work/a.md', texts: ['mine'] },
      { source: 'notes/mywork.md', texts: ['beside it'] },
      { source: 'notes/myxwork/b.md', texts: ['another'] },
    ]);
    await index.sync(address);
    const found = async (condition: string) =>
      (await query(address, `SELECT text FROM embed_chunks WHERE ${condition} ORDER BY text`)).map(
        ({ text }) => text,
      );
    expect(await found("source LIKE 'notes/my_work/%'")).toEqual(['another', 'mine']);
    expect(await found("source LIKE 'notes/my\\_work/%'")).toEqual(['mine']);
    expect(await found("starts_with(source, 'notes/my_work/')")).toEqual(['mine']);
  });

  test('a load of many pages of bytes comes as it was sent, and is listed row by row', async () => {
    const address = await server.database();
    const texts = Array.from({ length: 200 }, (_, at) => `${at} `.repeat(3000 + 10 * at));
    const index = await makeIndex([{ source: 'docs/long.md', texts }]);
    expect(await index.sync(address)).toMatchObject({ new: 200 });
    const rows = await query(
      address,
      'SELECT id, text, embedding::text AS vector FROM embed_chunks ORDER BY id',
    );
    const vectorOf = (text: string) => (JSON.parse(text) as number[]).map(Math.fround);
    expect(rows.map(({ id, text, vector }) => ({ id, text, vector: vectorOf(vector) }))).toEqual(
      index.rows().map(({ id, text, vector }) => ({ id, text, vector })),
    );
    // Sums of other lengths than ours, and some of no length, are met as well.
    await query(address, "UPDATE embed_chunks SET sum = repeat('ü', 70000) WHERE chunk < 3");
    await query(address, "UPDATE embed_chunks SET sum = upper(sum) || '' WHERE chunk = 3");
    await query(address, "UPDATE embed_chunks SET sum = '' WHERE chunk = 4");
    const edited = (await query(address, 'SELECT id FROM embed_chunks WHERE chunk < 5')).length;
    expect(await index.sync(address)).toMatchObject({ new: 0, changed: edited, unchanged: 200 - edited });
    expect(await index.sync(address)).toMatchObject({ unchanged: 200 });
  });

  test('what goes wrong is told without the password', async () => {
    const address = await server.database();
    const index = await makeIndex(documents(1));
    const said = async (other: string) => {
      const error = await index.sync(other).then(
        () => undefined,
        (reason) => reason,
      );
      expect(error).toBeInstanceOf(DestinationError);
      expect(error.message).not.toMatch(/secret|wrong-one/);
      return error.message;
    };
    expect(await said(address.replace('secret', 'wrong-one'))).toContain('refuses the login');
    expect(await said(address.replace(/\w+$/, 'nowhere'))).toContain('no such database');
    const down = address.replace(/:\d+\//, `:${await freePort()}/`);
    expect(await said(down)).toContain("can't be reached");
    await withClient(address, (client) =>
      client.query("CREATE ROLE reader LOGIN PASSWORD 'secret'; CREATE EXTENSION vector"),
    );
    const asReader = address.replace('postgres:secret', 'reader:secret');
    expect(await said(asReader)).toContain('grant the right');
    await query(
      address,
      'GRANT CREATE ON SCHEMA public TO reader; ALTER ROLE reader SET default_transaction_read_only = on',
    );
    expect(await said(asReader)).toContain('name the primary server');
  });

  test('a password of .pgpass is taken, and nothing is printed of it', async () => {
    const address = await server.database();
    const path = join(await temporaryFolder(), '.pgpass');
    writeFileSync(path, '127.0.0.1:*:*:postgres:secret\n', { mode: 0o600 });
    process.env.PGPASSFILE = path;
    const warned = vi.fn();
    process.on('warning', warned);
    onTestFinished(() => {
      delete process.env.PGPASSFILE;
      process.off('warning', warned);
    });
    const index = await makeIndex(documents(1));
    expect(await index.sync(address.replace(':secret', ''))).toMatchObject({ new: 3 });
    await turn();
    expect(warned).not.toHaveBeenCalled();
    writeFileSync(path, '127.0.0.1:*:*:somebody:secret\n');
    await expect(index.sync(address.replace(':secret', ''))).rejects.toThrow(DestinationError);
  });

  test('a statement that the server gives up is told with what to raise', async () => {
    const address = await server.database();
    const index = await makeIndex(documents(2));
    await index.sync(address);
    const { pathname } = new URL(address);
    await query(address, `ALTER DATABASE ${pathname.slice(1)} SET statement_timeout = '200ms'`);
    await withClient(address, async (client) => {
      // The listing waits for the lock until its time is over.
      await client.query('BEGIN; LOCK TABLE embed_chunks');
      const syncing = index.sync(address);
      await expect(syncing).rejects.toThrow(DestinationError);
      await expect(syncing).rejects.toThrow(/gave up a statement \(.+\): raise statement_timeout/);
    });
    expect(await query(address, 'SELECT count(*)::int AS rows FROM embed_chunks')).toEqual([{ rows: 6 }]);
  });

  test.each(['write', 'finish'])('a connection that breaks within a COPY fails the next %s', async (next) => {
    const address = await server.database();
    const index = await makeIndex(documents(2));
    const destination = await openStore(address);
    await destination.check();
    const space = makeSpace();
    await destination.begin({ space, state: { token: 'x', space: {} }, replaces: false });
    const rows = index.rows().map((row, chunk) => ({
      ...{ id: row.id, source: row.source, chunk, text: row.text, metadata: '{}', sum: '' },
      vector: Float32Array.from(row.vector),
    }));
    await destination.upsert(rows.slice(0, 3));
    const ended = await query(
      address,
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'embed'`,
    );
    expect(ended).toHaveLength(1);
    const long = rows.slice(3).map((row) => ({ ...row, text: 'x'.repeat(300_000) }));
    const writes = async () => {
      // What is written may be on its way before the end is heard of.
      for (let turns = 0; turns < 100; turns++) await destination.upsert(long);
    };
    const error = await (next === 'finish' ? destination.finish() : writes()).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(DestinationError);
    expect(error.isPassing).toBe(true);
    await destination.close();
    expect(await query(address, "SELECT to_regclass('embed_chunks') AS found")).toEqual([{ found: null }]);
    expect(await index.sync(address)).toMatchObject({ new: 6 });
  });

  test('a table of somebody else is left alone', async () => {
    const address = await server.database();
    const index = await makeIndex(documents(1));
    await withClient(address, (client) =>
      client.query('CREATE TABLE embed_chunks (id int); INSERT INTO embed_chunks VALUES (7)'),
    );
    await expect(index.sync(address)).rejects.toThrow(UsageError);
    await expect(index.sync(address)).rejects.toThrow('its column index_name is missing');
    const { rows } = await withClient(address, (client) => client.query('SELECT * FROM embed_chunks'));
    expect(rows).toEqual([{ id: 7 }]);
    await expect(index.sync(`${address}?table=x;drop`)).rejects.toThrow("can't be used");
  });

  test('columns of others stay, words among them, and a schema can be named', async () => {
    const address = await server.database();
    const index = await makeIndex(documents(4));
    await withClient(address, (client) => client.query('CREATE SCHEMA docs'));
    const there = `${address}?table=docs.chunks`;
    await index.sync(there);
    await withClient(address, (client) =>
      client.query(
        "ALTER TABLE docs.chunks ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED",
      ),
    );
    await index.write(documents(6));
    expect(await index.sync(there)).toMatchObject({ new: 6, changed: 0, unchanged: 12 });
    const found = await withClient(address, (client) =>
      client.query("SELECT source FROM docs.chunks WHERE words @@ to_tsquery('simple', '2 & docs/0005.md')"),
    );
    expect(found.rows).toEqual([{ source: 'docs/0005.md' }]);
  });

  test('two syncs of one index at once: the second says so', async () => {
    const address = await server.database();
    const index = await makeIndex(documents(4));
    await index.sync(address);
    await withClient(address, async (other) => {
      await other.query('BEGIN');
      await other.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        'embed embed_chunks default',
      ]);
      await expect(index.sync(address)).rejects.toThrow(LockedError);
      await other.query('COMMIT');
    });
    expect(await index.sync(address)).toMatchObject({ unchanged: 12 });
  });

  test('an HNSW index is made once, by halves above 2,000 dimensions, and none above 4,000', async () => {
    const address = await server.database();
    const index = await makeIndex(documents(4));
    await index.sync(address);
    // Also when it is asked for later.
    await index.sync(`${address}?hnsw=1`);
    await index.sync(`${address}?hnsw=1`);
    await withClient(address, async (client) => {
      const definitions = async (table: string) =>
        (await client.query('SELECT indexdef FROM pg_indexes WHERE tablename = $1', [table])).rows
          .map(({ indexdef }) => indexdef.replace(/^.*USING /, ''))
          .filter((text) => text.startsWith('hnsw'));
      expect(await definitions('embed_chunks')).toEqual(['hnsw (embedding vector_cosine_ops)']);
      await createTables(client, tableOf(['large']), 3000, '');
      expect(await createHnsw(client, tableOf(['large']), 3000)).toBeUndefined();
      expect(await definitions('large')).toEqual(['hnsw (((embedding)::halfvec(3000)) halfvec_cosine_ops)']);
      await createTables(client, tableOf(['larger']), 5000, '');
      expect(await createHnsw(client, tableOf(['larger']), 5000)).toContain('at most 4000 dimensions');
      expect(await definitions('larger')).toEqual([]);
    });
  });
});
