// A request as the bytes that are sent, its head and its body in one write.
import { PlainHttpError } from './fault.js';

export interface PlainRequest {
  method: 'GET' | 'HEAD' | 'POST';
  /** With its query; in ASCII, as URLs have it. */
  path: string;
  headers: { readonly [name: string]: string | undefined };
  /** @default none */
  body?: string | undefined;
}

const sendablePath = /^\/[\x21-\x7e]*$/;
const sendableName = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const sendableValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * @param host of the server, as the header has it
 * @throws {PlainHttpError} when the path or a header could be read as more than that
 */
export function requestBytes(request: PlainRequest, host: string): Buffer {
  const { method, path, headers, body } = request;
  if (!sendablePath.test(path)) throw new PlainHttpError('HTTP_BAD_REQUEST', 'a path that cannot be sent');
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (!sendableName.test(name) || !sendableValue.test(value)) {
      throw new PlainHttpError('HTTP_BAD_REQUEST', `a header ${name} that cannot be sent`);
    }
    head += `${name}: ${value}\r\n`;
  }
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  head += body === undefined ? '\r\n' : `content-length: ${length}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + length);
  bytes.write(head, 0, 'latin1');
  if (body !== undefined) bytes.write(body, head.length, 'utf8');
  return bytes;
}
