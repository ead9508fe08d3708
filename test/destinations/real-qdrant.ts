// A real Qdrant, where `QDRANT_URL` names one (and `QDRANT_API_KEY` its key): the contract is held against it, too. Its
// collections are new ones, and go at the end.
import { randomBytes } from 'node:crypto';
import type { Store, StoredRow, StoreKind } from './store.js';

const url = process.env.QDRANT_URL?.replace(/\/+$/, '');
const key = process.env.QDRANT_API_KEY;

interface Point {
  id: string;
  /** Under the empty name where it has words, too. */
  vector: number[] | { '': number[] };
  payload: Record<string, unknown>;
}

async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${url}/collections/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(key ? { 'api-key': key } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { result: T }).result;
}

async function all(name: string): Promise<Point[]> {
  const points: Point[] = [];
  for (let offset: unknown; ; ) {
    const body = { limit: 1000, with_vector: true, with_payload: true, ...(offset ? { offset } : {}) };
    const page = await send<{ points: Point[]; next_page_offset?: unknown }>(
      'POST',
      `${name}/points/scroll`,
      body,
    );
    points.push(...page.points);
    offset = page.next_page_offset;
    if (offset === undefined || offset === null) return points;
  }
}

const put = (name: string, points: Point[]) => send('PUT', `${name}/points?wait=true`, { points });
const remove = (name: string, points: string[]) =>
  points.length > 0 && send('POST', `${name}/points/delete?wait=true`, { points });
const metadataOf = async (name: string) =>
  (await send<{ config: { metadata?: Record<string, unknown> } }>('GET', name)).config.metadata ?? {};

function rowOf({ vector, payload }: Point): StoredRow {
  const { index_name, id, source, text, metadata, sum } = payload as Record<string, string>;
  const plain = { index: index_name!, id: id!, source: source!, text: text!, metadata, sum: sum! };
  const numbers = Array.isArray(vector) ? vector : vector[''];
  return { ...plain, vector: numbers.map(Math.fround) };
}

function storeOf(name: string): Store {
  const { protocol, host } = new URL(url!);
  const secret = key === undefined ? '' : `:${encodeURIComponent(key)}@`;
  return {
    address: `${protocol === 'https:' ? 'qdrants' : 'qdrant'}://${secret}${host}/${name}`,
    async rows() {
      const order = ({ index, id }: StoredRow) => `${index} ${id}`;
      return (await all(name)).map(rowOf).sort((a, b) => (order(a) < order(b) ? -1 : 1));
    },
    async state() {
      return JSON.stringify([await all(name), await metadataOf(name)]);
    },
    async spoil() {
      const points = (await all(name)).filter(({ payload }) => payload.index_name === 'default');
      const [first, second, third] = points;
      await remove(name, [first!.id]);
      const edited = { ...second!, payload: { ...second!.payload, text: 'edited', sum: '' } };
      await put(name, [edited, { ...third!, id: '00000000-0000-5000-8000-000000000000' }]);
    },
    async backUp() {
      const [points, metadata] = [await all(name), await metadataOf(name)];
      return async () => {
        const kept = new Set(points.map(({ id }) => id));
        await remove(
          name,
          (await all(name)).map(({ id }) => id).filter((id) => !kept.has(id)),
        );
        await put(name, points);
        await send('PATCH', name, { metadata });
      };
    },
  };
}

export const realQdrant: StoreKind = {
  name: 'a real qdrant',
  isAvailable: url !== undefined,
  isShared: true,
  isEditable: true,
  canRename: false,
  async start() {
    const names: string[] = [];
    return {
      async make() {
        const name = `embed-test-${randomBytes(6).toString('hex')}`;
        names.push(name);
        return storeOf(name);
      },
      async stop() {
        for (const name of names) await send('DELETE', name).catch(() => undefined);
      },
    };
  },
};
