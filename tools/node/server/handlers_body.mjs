// The handlers of the oracle for bodies, trailers, informational responses and the end of
// connections; see oracle.mjs.

import { json } from './handlers_head.mjs';

/// Calls a function and ignores its exception.
function tried(action) {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/// Makes a handler that writes these segments. The last one is passed to end; null calls end
/// without one.
const pieces = (...all) => (_req, res) => {
  const last = all.at(-1);
  for (const piece of all.slice(0, -1)) res.write(piece);
  if (last === null) res.end();
  else res.end(last);
};

/// Makes a handler that writes "data", adds these trailers, and ends.
const trailers = (...sets) => (_req, res) => {
  res.write('data');
  for (const fields of sets) res.addTrailers(fields);
  res.end();
};

const declared = (res, body) => {
  res.setHeader('Trailer', 'X-T').addTrailers({ 'X-T': 'tv' });
  res.end(body);
};

/// Makes a handler that sets a status and a header, optionally writes a body, and ends.
const status = (header, write) => (_req, res, [code]) => {
  res.statusCode = Number(code);
  if (header) res.setHeader(...header);
  if (write) tried(() => res.write('body'));
  res.end(...(write ? [] : ['body']));
};

/// Makes a handler that sends informational responses first.
const interim = (before, body) => (_req, res) => {
  before(res);
  res.end(body);
};
const hints = (...sets) => interim((res) => sets.forEach((s) => res.writeEarlyHints(s)), 'after 103');

const strict = (res, length) => {
  res.strictContentLength = true;
  return res.setHeader('Content-Length', length);
};

const snapshot = (res) => [
  res.headersSent, res.writableEnded, res.writableFinished, res.writableCorked, res.destroyed,
  res.statusCode, res.statusMessage ?? null,
];

const later = (ms, action) => setTimeout(action, Number(ms));

export const bodyHandlers = {
  // Lengths that are validated.
  'strict-over'(_req, res) {
    strict(res, 3).flushHeaders();
    tried(() => res.write('hello'));
    res.end('abc');
  },
  'strict-over-first'(req, res) {
    strict(res, 3);
    tried(() => res.write('hello'));
    if (!tried(() => res.end('abc'))) req.socket.destroy();
  },
  'strict-under'(_req, res) {
    strict(res, 5).write('ab');
    if (!tried(() => res.end())) res.end('cde');
  },
  'strict-ok'(_req, res) {
    strict(res, 5).write('ab');
    res.end('cde');
  },

  // Segments.
  'chunks': pieces('one', 'two2', 'three', null),
  'chunks-end-data': pieces('a', 'b'),
  'empty-write': pieces('', 'x', '', null),
  'empty-write-only': pieces('', null),
  'encodings'(_req, res) {
    res.write('00ff41', 'hex');
    res.write('aGk=', 'base64');
    res.write('\u00e9', 'latin1');
    res.write('A', 'utf16le');
    res.end('\u00e9', 'utf8');
  },
  'buffers': pieces(Buffer.of(0, 1, 2), Buffer.of(255), Buffer.from('end')),
  'big': (_req, res, [size]) => res.end('x'.repeat(Number(size))),
  'big-chunks'(_req, res, [count, size]) {
    for (let i = 0; i < Number(count); ++i) res.write('x'.repeat(Number(size)));
    res.end();
  },
  'cork'(_req, res) {
    res.cork();
    res.write('a');
    res.write('bc');
    res.uncork();
    res.end('d');
  },
  'cork-after-flush'(_req, res) {
    res.flushHeaders();
    res.cork();
    for (const piece of ['a', 'bc', 'def']) res.write(piece);
    res.uncork();
    res.end('g');
  },
  'cork-end'(_req, res) {
    res.flushHeaders();
    res.cork();
    res.write('a');
    res.write('b');
    res.end('c');
  },
  'cork-nested'(_req, res) {
    res.flushHeaders();
    res.cork();
    res.cork();
    res.write('a');
    res.uncork();
    res.write('b');
    res.uncork();
    res.end();
  },
  'flush-headers'(_req, res) {
    res.setHeader('X-F', '1').flushHeaders();
    later(40, () => res.end('late'));
  },
  'flush-then-end'(_req, res) {
    res.flushHeaders();
    res.end();
  },
  'flush-then-end-body'(_req, res) {
    res.flushHeaders();
    res.end('body');
  },
  'slow-chunks'(_req, res) {
    res.write('s1');
    later(30, () => {
      res.write('s2');
      later(30, () => res.end('s3'));
    });
  },

  // Responses without a body.
  'no-body'(_req, res, [code]) {
    res.writeHead(Number(code));
    if (!tried(() => res.end('body'))) res.end();
  },
  'no-body-write': status(null, true),
  'no-body-chunked': status(['Transfer-Encoding', 'chunked'], false),
  'no-body-cl': status(['Content-Length', 4], false),

  // Trailers.
  'trailers'(req, res) {
    res.writeHead(200, { Trailer: 'X-T' });
    trailers({ 'X-T': 'tv' })(req, res);
  },
  'trailers-undeclared': trailers({ 'X-T': 'tv', 'X-U': 'uv' }),
  'trailers-pairs': trailers([['X-T', '1'], ['X-T', '2']]),
  'trailers-multi': trailers({ 'X-Trailer': ['1', '2'] }),
  'trailers-replaced': trailers({ 'X-1': 'a' }, { 'X-2': 'b' }),
  'trailers-with-length'(_req, res) {
    res.setHeader('Content-Length', 4).addTrailers({ 'X-T': 'lost' });
    res.end('data');
  },
  'trailers-end-once'(_req, res) {
    res.addTrailers({ 'X-T': 'tv' });
    res.end('data');
  },
  'trailers-declared-end-once': (_req, res) => declared(res, 'data'),
  'trailers-declared-length'(_req, res) {
    res.setHeader('Trailer', 'X-T').setHeader('Content-Length', 4);
    try {
      res.end('data');
    } catch (error) {
      res.removeHeader('Trailer');
      res.setHeader('Content-Length', error.code.length).end(error.code);
    }
  },
  'trailers-empty-body'(_req, res) {
    res.writeHead(200, { Trailer: 'X-T' }).addTrailers({ 'X-T': 'tv' });
    res.end();
  },

  // Informational responses.
  'continue': interim((res) => res.writeContinue(), 'after 100'),
  'continue-twice': interim((res) => { res.writeContinue(); res.writeContinue(); }, 'after'),
  'processing': interim((res) => res.writeProcessing(), 'after 102'),
  'early-hints': hints({ link: '</style.css>; rel=preload; as=style' }),
  'early-hints-array': hints({ link: ['</a.css>; rel=preload', '</b.js>; rel=preload'] }),
  'early-hints-extra': hints({ 'x-trace-id': 'id1', 'link': '</a.css>; rel=preload', 'X-Other': '2' }),
  'early-hints-none'(_req, res) {
    res.writeEarlyHints({ x: '1' });
    res.writeEarlyHints({ link: [] });
    res.end('no 103');
  },
  'info-all': interim((res) => {
    res.writeContinue();
    res.writeProcessing();
    res.writeEarlyHints({ link: '</a.css>; rel=preload' });
    res.writeHead(200);
  }, 'all'),
  'info-after-head': interim((res) => res.writeHead(200).writeProcessing(), 'body'),
  'info-after-flush': interim((res) => { res.flushHeaders(); res.writeProcessing(); }, 'body'),

  // Delays, failures and closing.
  'delay': (_req, res, [ms]) => later(ms, () => res.end(`delayed ${ms}`)),
  'delay-stream'(_req, res, [ms]) {
    res.write('first');
    later(ms, () => res.end('last'));
  },
  'destroy': (req) => req.socket.destroy(),
  'req-destroy': (req) => req.destroy(),
  'res-destroy': (_req, res) => res.destroy(),
  'destroy-mid'(req, res) {
    res.writeHead(200).write('partial');
    later(30, () => req.socket.destroy());
  },
  'res-destroy-mid'(_req, res) {
    res.setHeader('Content-Length', 20).write('partial');
    later(30, () => res.destroy());
  },
  'end-then-destroy'(req, res) {
    res.end('sent');
    req.socket.destroy();
  },
  'reset': (req) => req.socket.resetAndDestroy(),
  'socket-end': (req) => req.socket.end(),
  'no-end'() {},
  'half-body': (_req, res) => res.writeHead(200).write('half'),
  'end-twice'(_req, res) {
    res.on('error', () => {}).end('once');
    res.end('twice');
  },
  'write-after-end'(_req, res) {
    res.on('error', () => {}).end('done');
    res.write('more');
  },
  'state'(_req, res) {
    const seen = { start: snapshot(res) };
    res.writeHead(202);
    seen.head = snapshot(res);
    res.write('x');
    seen.write = snapshot(res);
    res.end(json(seen));
  },
  'res-timeout': (_req, res, [ms]) => res.setTimeout(Number(ms), () => res.end('timed out')),
  'res-timeout-default': (_req, res, [ms]) => res.setTimeout(Number(ms)),
  'req-timeout': (req, res, [ms]) => req.setTimeout(Number(ms), () => res.end('req timed out')),
  'end-callback': (_req, res) => res.end('cb', () => {}),
  'write-callbacks'(_req, res) {
    res.write('a', () => {});
    res.write('b', () => {});
    res.end('c', () => {});
  },
  'server-close'(_req, res, _args, server) {
    server.close();
    res.end('closing server');
  },
  'server-close-late'(_req, res, _args, server) {
    server.close();
    later(60, () => res.end('closing server'));
  },
  'close-idle'(_req, res, _args, server) {
    server.closeIdleConnections();
    res.end('closed idle');
  },
  'close-all': (_req, _res, _args, server) => later(30, () => server.closeAllConnections()),
};
