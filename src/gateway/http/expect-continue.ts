// `Expect: 100-continue`: a client asks whether it may send its body. Node says yes to all of them at once; here, those
// that are refused by the head of their request (name, token, length) never send it.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * Says `100 Continue` when the body is first read. When it is never read, the client gets the answer alone, and Node closes
 * the connection after it: what comes next could be the body or a new request.
 */
export function continueWhenRead(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    request.once('resume', () => {
      // After an answer, Node itself reads the rest, to throw it away.
      if (!response.headersSent) response.writeContinue();
    });
    server.emit('request', request, response);
  });
}
