// The address of a PostgreSQL: what it says beside `PG*` variables; and errors in words.
import { DestinationError, EmbedError, LockedError, UsageError } from '../../errors.js';
import { maskAddress, meansThisMachine, withoutSecrets } from '../../text/masked-address.js';
import { printable } from '../../text/printable.js';
import type { DestinationOptions } from '../destination.js';

/** What the address says. */
export interface PostgresAddress {
  shown: string;
  /** As the client takes it: without what is ours. */
  connection: string;
  /** Parts of the table's name: schema, where one is given, and table. */
  table: string[];
  /** Whether an HNSW index is wanted. */
  hasHnsw: boolean;
  password: string | undefined;
}

const defaultTable = 'embed_chunks';
const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** @throws {UsageError} when the address is none, or names a table that can't be */
export function readAddress({ address, isFromFile }: DestinationOptions): PostgresAddress {
  const shown = maskAddress(address);
  // A URL of `postgres://user@/db?host=/run/postgresql` has no host.
  const url = urlOf(address) ?? urlOf(address.replace('@/', '@localhost/'));
  if (url === undefined)
    throw new UsageError(
      `${shown} is no address of PostgreSQL: write postgres://host/db, with user and password before the host where it has them, or postgres: for those of PG* variables.`,
    );
  const own = new URLSearchParams(url.search);
  const table = own.get('table') ?? defaultTable;
  const parts = table.split('.');
  if (parts.length > 2 || parts.some((part) => !/^[\p{L}_][\p{L}\p{N}_$]{0,50}$/u.test(part))) {
    throw new UsageError(
      `${shown}: table=${printable(table, 60)} can't be used: give a name of letters, digits and _, or schema.name.`,
    );
  }
  const hnsw = own.get('hnsw') ?? '0';
  if (hnsw !== '0' && hnsw !== '1') throw new UsageError(`${shown}: hnsw is 1, or is left out.`);
  const mode = own.get('sslmode');
  if (mode !== null && !sslModes.includes(mode)) {
    throw new UsageError(`${shown}: sslmode is one of ${sslModes.join(', ')}.`);
  }
  refuseStraySecret(url, own, shown, isFromFile);
  return {
    shown,
    connection: withoutOwn(address),
    table: parts,
    hasHnsw: hnsw === '1',
    password: url.password === '' ? undefined : decoded(url.password),
  };
}

function urlOf(text: string): URL | undefined {
  const fixed = text
    .replace(/^postgres(ql)?:(?!\/\/)/, 'postgres://')
    .replace(/^(postgres(?:ql)?:\/\/)(?=[/?]|$)/, '$1localhost');
  return URL.canParse(fixed) ? new URL(fixed) : undefined;
}

/** The address for the client, which would take our own parameters for its settings. */
function withoutOwn(address: string): string {
  const start = address.indexOf('?');
  if (start < 0) return address;
  const query = new URLSearchParams(address.slice(start));
  query.delete('table');
  query.delete('hnsw');
  // Otherwise `sslmode=require` would mean what it means nowhere else.
  if (query.has('sslmode')) query.set('uselibpqcompat', 'true');
  const rest = query.toString();
  return address.slice(0, start) + (rest === '' ? '' : `?${rest}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A file of a folder must not make us send the environment's password to a stranger. */
function refuseStraySecret(url: URL, own: URLSearchParams, shown: string, isFromFile: boolean): void {
  const host = own.get('host') ?? url.hostname;
  if (!isFromFile || url.password !== '' || own.has('password') || host.startsWith('/')) return;
  if (meansThisMachine(host)) return;
  throw new UsageError(
    `The password of ${shown} is not sent there, since only a configuration file names the address: give it by --sync, or as an argument.`,
  );
}

const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  // Serialization failure, deadlock; too many connections; shutting down, crashed, starting.
  '40001',
  '40P01',
  '53300',
  '57P01',
  '57P02',
  '57P03',
]);

/** An error of the client or the server as one sentence; our own ones stay. */
export function inWords(error: unknown, { shown, password }: PostgresAddress): unknown {
  if (error instanceof EmbedError || !(error instanceof Error)) return error;
  const { code = '' } = error as { code?: string };
  const said = printable(withoutSecrets(error.message, password, process.env.PGPASSWORD), 300);
  const isPassing =
    passing.has(code) || code.startsWith('08') || /terminated|timeout|no answer/i.test(error.message);
  const options = { cause: error, isPassing };
  return new DestinationError(sentenceOf(code, said, shown), options);
}

function sentenceOf(code: string, said: string, shown: string): string {
  switch (code) {
    case '28P01':
    case '28000':
      return `${shown} refuses the login (${said}): check user and password (PGUSER, PGPASSWORD, .pgpass).`;
    case '3D000':
      return `${shown}: there is no such database (${said}): make it with \`createdb\`, or name another.`;
    case '42501':
      return `${shown}: the user may not do this (${said}): grant the right, or name another user.`;
    case '25006':
      return `${shown} is read-only (${said}): name the primary server, or a user who may write.`;
    case '57014':
      return `${shown} gave up a statement (${said}): raise statement_timeout for this user, or look who ended it.`;
    case '53100':
      return `${shown}: the server's disk is full (${said}): free some space there.`;
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ENOENT':
      return `${shown} can't be reached (${said}): check the address, and that PostgreSQL runs there.`;
    default:
      return `${shown} failed (${said === '' ? code || 'no reason given' : said}): try again, or look into the log of the server.`;
  }
}

/** Another sync is at work on the same index. */
export function busy(shown: string, index: string): LockedError {
  return new LockedError(
    `Another sync works on the index "${printable(index, 100)}" in ${shown}: wait for it to end.`,
  );
}
