// What a failed connection to a server means, in words, for all who ask servers over HTTP.
import type { FaultMeaning } from '../errors.js';
import { maskAddress } from '../text/masked-address.js';
import { printable } from '../text/printable.js';
import { PlainHttpError } from './plain/fault.js';
import { ProxyError } from './tunnel.js';

/** Phrases for a sentence: `SERVER what: advice.` */
export interface ConnectionFault {
  meaning: Extract<FaultMeaning, 'timeout' | 'refused' | 'bad-answer' | 'unreachable'>;
  what: string;
  /** What to do, where it follows from the fault alone. */
  advice?: string;
}

interface Row extends ConnectionFault {
  /** Of Node, OpenSSL, undici or our own client. */
  code: RegExp;
}

const untrusted =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|CERT_UNTRUSTED|CERT_CHAIN_TOO_LONG)$/;

/** The first that fits; the code, or what our own client says, is put behind `what`. */
const rows: readonly Row[] = [
  { code: /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/, meaning: 'timeout', what: 'gave no answer in time' },
  {
    code: untrusted,
    meaning: 'refused',
    what: "shows a certificate that isn't trusted",
    advice: 'name its authority in NODE_EXTRA_CA_CERTS',
  },
  {
    code: /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    meaning: 'refused',
    what: "shows a certificate that isn't valid now",
    advice: 'renew it, or set the clock of this machine',
  },
  {
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    meaning: 'refused',
    what: 'shows the certificate of another host',
    advice: 'name the host that the certificate is for',
  },
  {
    code: /NO_APPLICATION_PROTOCOL/,
    meaning: 'refused',
    what: "doesn't speak HTTP/1.1",
    advice: 'allow HTTP/1.1 beside HTTP/2 in the server, or in the proxy before it',
  },
  {
    code: /^EPROTO$|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE/,
    meaning: 'refused',
    what: "doesn't speak TLS",
    advice: 'use http:// instead of https://',
  },
  {
    code: /^ERR_SSL_/,
    meaning: 'refused',
    what: 'gave no TLS connection',
    advice: 'allow TLS 1.2 or 1.3 there, without a certificate of the client',
  },
  {
    code: /^UND_ERR_HEADERS_OVERFLOW$|^HPE_HEADER_OVERFLOW$|^HTTP_HEADERS_TOO_LARGE$/,
    meaning: 'bad-answer',
    what: 'answers with headers of more than 16 kB',
    advice: 'check the address and the proxy in between',
  },
  {
    code: /^(Z_|ERR__ERROR_|ERR_BROTLI)/,
    meaning: 'bad-answer',
    what: 'packs its answers in a way that can not be read',
    advice: 'turn compression off in the proxy in between',
  },
  {
    code: /^HTTP_ODD_ANSWER$/,
    meaning: 'bad-answer',
    what: 'breaks the rules of HTTP',
    advice:
      'check the server and the proxy in between, or set EMBED_HTTP_CLIENT=undici, which is less strict',
  },
  { code: /^HPE_|^HTTP_NOT_SPOKEN$/, meaning: 'bad-answer', what: "doesn't speak HTTP" },
];

/** What went wrong with a connection, or with an answer before its status was known. */
export function explainConnection(cause: unknown): ConnectionFault {
  if (cause instanceof ProxyError) {
    return { meaning: cause.meaning, what: "can't be reached", advice: cause.message };
  }
  const { code = '', message } = cause as { code?: string; message?: string };
  const row = rows.find((one) => one.code.test(code));
  const detail = cause instanceof PlainHttpError ? cause.message : code;
  if (!row)
    return { meaning: 'unreachable', what: `can't be reached (${detail || (message ?? String(cause))})` };
  const { meaning, what, advice } = row;
  return { meaning, what: `${what} (${detail})`, ...(advice !== undefined && { advice }) };
}

/** Statuses that name another address. They aren't followed: what is sent there was meant for this server alone. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Phrases about an answer that sends us elsewhere, for `SERVER what: advice.`
 * @param location the header, as it came
 * @param asked path of the request, which the new address may end in
 * @returns undefined when the status isn't one of these
 */
export function explainRedirect(
  status: number,
  location: string | undefined,
  asked: string,
): Pick<ConnectionFault, 'what' | 'advice'> | undefined {
  if (!redirects.has(status)) return undefined;
  if (location === undefined)
    return { what: `answered ${status} without a new address`, advice: 'check the address' };
  const base =
    location.endsWith(asked) && location !== asked
      ? location.slice(0, location.length - asked.length)
      : location;
  const shown = printable(maskAddress(base), 200);
  return {
    what: `answered ${status} and sends elsewhere (${shown})`,
    advice: 'name the address that answers itself',
  };
}
