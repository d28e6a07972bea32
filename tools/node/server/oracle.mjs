// Node's counterpart of parity_server: a server whose handlers are selected by the path.
// usage: node oracle.mjs --mode NAME
//
// Writes {"port":N} to stdout, and ends when stdin is closed. The handlers have the names of those
// in test/conformance/server/handlers*.cpp.

import http from 'node:http';

import { bodyHandlers } from './handlers_body.mjs';
import { headHandlers } from './handlers_head.mjs';
import { modes } from './modes.mjs';

const handlers = { ...headHandlers, ...bodyHandlers };
const mode = modes[process.argv[3]];
if (process.argv[2] !== '--mode' || !mode) {
  console.error('usage: node oracle.mjs --mode NAME');
  process.exit(2);
}

/// Splits a request target into the handler's name and its arguments.
function route(target) {
  if (!target.startsWith('/')) return ['inspect'];
  const path = target.slice(1).split(/[?#]/, 1)[0];
  return path === '' ? ['(root)'] : path.split('/');
}

function run(req, res, chosen) {
  const [name, ...args] = chosen ? [chosen] : route(req.url);
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : handlers.inspect;
  try {
    handler(req, res, args, server);
  } catch {
    req.socket.destroy();
  }
}

const server = http.createServer(mode.options ?? {}, (req, res) => run(req, res, mode.all));
Object.assign(server, mode.properties);

const begins = (req, text) => req.url.startsWith(text);

/// Echoes the bytes read with the request, then all further bytes.
function echo(socket, head) {
  if (head.length > 0) socket.write(head);
  socket.on('data', (piece) => socket.write(piece));
  socket.on('end', () => socket.end());
}

const listeners = {
  checkContinue(req, res) {
    if (begins(req, '/reject')) return void res.writeHead(413).end('too big');
    if (begins(req, '/silent')) return run(req, res, 'echo');
    res.writeContinue();
    run(req, res);
  },
  checkExpectation(req, res) {
    if (begins(req, '/accept')) return run(req, res, 'inspect');
    res.writeHead(417, 'Nope').end(`expectation: ${req.headers.expect}`);
  },
  upgrade(req, socket, head) {
    socket.on('error', () => {});
    if (begins(req, '/upgrade-reject')) return socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    if (begins(req, '/upgrade-destroy')) return socket.destroy();
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n' +
      `Upgrade: ${req.headers.upgrade}\r\nX-Head: ${head.length}\r\n\r\n`, 'latin1');
    echo(socket, head);
  },
  connect(req, socket, head) {
    socket.on('error', () => {});
    if (begins(req, 'reject')) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    socket.write(`HTTP/1.1 200 Connection Established\r\nX-Target: ${req.url}\r\n\r\n`, 'latin1');
    echo(socket, head);
  },
  clientErrorReply(error, socket) {
    if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
    else socket.end(`HTTP/1.1 400 Custom\r\nX-Code: ${error.code}\r\nConnection: close\r\n\r\n`);
  },
  clientErrorDestroy(_error, socket) { socket.destroy(); },
  clientErrorIgnore() {},
  dropRequest() {},
  timeout(socket) { socket.end('HTTP/1.1 503 Timeout\r\nConnection: close\r\n\r\n'); },
};
for (const name of mode.listeners ?? []) server.on(name.replace(/(?<=^clientError).*/, ''), listeners[name]);

// Ignores exceptions of callbacks outside of a handler call; the case records the consequences.
process.on('uncaughtException', () => {});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.on('end', () => process.exit(0)).resume();
