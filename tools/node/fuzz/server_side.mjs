// The reaction of a real Node server and a real Node client to one case, over TCP on this machine.

import http from 'node:http';
import net from 'node:net';

function listen(server) {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

/// Sends the input of a request case in one write to a server with default options.
/// @param quiet milliseconds without an event, after all input was read, that end the case
/// @return {answers, error?}: the start lines that the server sent, and the error passed to a
///   clientError listener. Requests stay unanswered, therefore only automatic responses are sent.
export async function askServer(test, listenForErrors, quiet) {
  const server = http.createServer({ insecureHTTPParser: !!test.lenient, maxHeaderSize: test.max_header_size });
  const result = { requests: 0 };
  let closing = false;
  server.on('request', (req) => {
    ++result.requests;
    req.resume();
  });
  server.on('connect', () => ++result.requests);
  if (test.upgrade) server.on('upgrade', () => ++result.requests);
  if (listenForErrors) {
    server.on('clientError', (error, socket) => {
      if (!closing) result.error ??= { code: error.code, reason: error.reason, bytes: error.bytesParsed, packet: error.rawPacket?.length };
      socket.destroy();
    });
  }
  const port = await listen(server);
  let received = '';
  await new Promise((resolve) => {
    let timer;
    const socket = net.connect(port, '127.0.0.1');
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        closing = true;
        socket.destroy();
      }, quiet);
    };
    server.on('connection', (peer) => {
      const wait = () => (peer.destroyed || peer.bytesRead >= test.input.length ? again() : setImmediate(wait));
      wait();
      if (test.upgrade) peer.on('error', () => {});
    });
    socket.on('data', (d) => {
      received += d.latin1Slice();
      again();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    if (test.eof) socket.end(test.input, 'latin1');
    else socket.write(test.input, 'latin1');
  });
  server.close();
  server.closeAllConnections();
  result.answers = received.split('\r\n').filter((l) => l.startsWith('HTTP/1.'));
  return result;
}

/// Sends the input of a response case in one write to a client that sent one request.
/// @param quiet as for askServer
/// @return {status?, error?}: the final status, and the error emitted by the request
export async function askClient(test, quiet) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => (test.eof ? socket.end(test.input, 'latin1') : socket.write(test.input, 'latin1')));
  });
  const port = await listen(server);
  const result = {};
  await new Promise((resolve) => {
    let timer;
    const req = http.request({
      port, host: '127.0.0.1', method: test.method ?? 'GET', path: test.method === 'CONNECT' ? 'a:1' : '/', agent: false,
      insecureHTTPParser: !!test.lenient, maxHeaderSize: test.max_header_size,
    });
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(() => req.destroy(), quiet);
    };
    const take = (res) => {
      result.status = res.statusCode;
      res.resume();
      res.on('error', () => {});
    };
    req.on('response', take);
    req.on('upgrade', (res, socket) => (take(res), socket.destroy()));
    req.on('connect', (res, socket) => (take(res), socket.destroy()));
    req.on('error', (error) => {
      result.error ??= { code: error.code, reason: error.reason, bytes: error.bytesParsed };
    });
    req.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    req.on('socket', (s) => {
      const wait = () => (s.destroyed || s.bytesRead >= test.input.length ? again() : setImmediate(wait));
      s.on('connect', wait);
    });
    req.end();
  });
  server.close();
  return result;
}
