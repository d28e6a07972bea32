// The handlers of the oracle for requests, status lines and header fields; see oracle.mjs.
// A handler receives the request, the response, the further segments of the path, and the server.

/// Returns JSON in ASCII, as test/conformance/server/json_text.cpp writes it.
export const json = (value) =>
  JSON.stringify(value).replace(/[\x7f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

/// Reads a body to its end.
export function read(req, done) {
  const pieces = [];
  req.on('data', (piece) => pieces.push(piece));
  req.on('end', () => done(Buffer.concat(pieces)));
}

/// Performs an action that can throw. `refused` receives the error.
function attempt(action, refused) {
  try {
    action();
  } catch (error) {
    refused(error);
  }
}

/// Returns the result of a call: "ok", or code and message of its error.
function told(action) {
  let result = 'ok';
  attempt(action, (error) => { result = { code: error.code ?? error.name, message: error.message }; });
  return result;
}

const byName = (fields) => Object.keys(fields).sort().map((name) => [name, fields[name]]);
const orError = (f) => {
  try {
    return f();
  } catch (error) {
    return error.name;
  }
};

const summary = (req, body) => json({
  method: req.method,
  url: req.url,
  httpVersion: req.httpVersion,
  headers: orError(() => byName(req.headers)),
  rawHeaders: req.rawHeaders,
  headersDistinct: orError(() => byName(req.headersDistinct)),
  trailers: orError(() => byName(req.trailers)),
  rawTrailers: req.rawTrailers,
  trailersDistinct: orError(() => byName(req.trailersDistinct)),
  complete: req.complete,
  body,
});

/// Makes a handler that sets these headers in order, and ends.
const set = (headers, body) => (_req, res) => {
  for (const [name, value] of headers) res.setHeader(name, value);
  res.end(body);
};

/// Makes a handler that removes these headers, and ends.
const remove = (names, body) => (_req, res) => {
  for (const name of names) res.removeHeader(name);
  res.end(body);
};

/// Makes a handler that passes these arguments to writeHead, and ends.
const head = (args, body) => (_req, res) => { res.writeHead(...args).end(body); };

const refuse500 = (res) => (error) => {
  res.statusCode = 500;
  res.end(error.code);
};

function endWithReason(res, reason, body = 'reason') {
  res.statusMessage = reason;
  attempt(() => res.end(body), (error) => {
    res.statusMessage = 'OK';
    refuse500(res)(error);
  });
}

const names = {
  contentLength: 'Content-Length', transferEncoding: 'Transfer-Encoding', connection: 'Connection', date: 'Date',
};

export const headHandlers = {
  // Requests.
  '(root)': (req, res) => read(req, (body) => res.end(body)),
  'inspect'(req, res) {
    req.on('error', () => {});
    read(req, (body) => {
      res.setHeader('Content-Type', 'application/json');
      res.end(summary(req, body.latin1Slice()));
    });
  },
  'inspect-head'(req, res) {
    res.setHeader('Content-Type', 'application/json');
    res.end(summary(req, null));
  },
  'echo'(req, res) {
    res.writeHead(200);
    req.on('error', () => {});
    req.on('data', (piece) => res.write(piece));
    req.on('end', () => res.end());
  },
  'echo-length': (req, res) => read(req, (body) => {
    res.setHeader('Content-Length', body.length);
    res.setHeader('Content-Type', 'application/octet-stream');
    res.end(body);
  }),
  'echo-pipe': (req, res) => req.pipe(res),
  'body-length': (req, res) => read(req, (body) => res.end(`length=${body.length}`)),
  'read-none': (_req, res) => res.end('ignored'),
  'read-none-later': (_req, res, [ms]) => setTimeout(() => res.end('ignored'), Number(ms)),
  'read-late': (req, res, [ms]) =>
    setTimeout(() => read(req, (body) => res.end(`length=${body.length}`)), Number(ms)),
  'respond-then-read'(req, res) {
    read(req, () => {});
    res.end('early');
  },
  'req-props'(req, res) {
    const { complete, aborted, method, url, httpVersion, httpVersionMajor, httpVersionMinor } = req;
    const { statusCode, statusMessage, upgrade, readableEnded, destroyed } = req;
    res.end(json({
      complete, aborted, method, url, httpVersion, httpVersionMajor, httpVersionMinor,
      statusCode, statusMessage, upgrade, readableEnded, destroyed,
    }));
  },

  // Status lines.
  'hello': head([200, { 'Content-Type': 'text/plain' }], 'Hello World!'),
  'implicit': (_req, res) => res.end(),
  'implicit-body': (_req, res) => res.end('implicit'),
  'end-empty-string': (_req, res) => res.end(''),
  'write-head-end': head([200]),
  'write-head-end-body': head([200], 'abc'),
  'status'(_req, res, [code]) {
    res.statusCode = Number(code);
    res.end(`status ${code}`);
  },
  'status-empty'(_req, res, [code]) {
    res.statusCode = Number(code);
    res.end();
  },
  'write-head': (_req, res, [code]) =>
    attempt(() => res.writeHead(Number(code)).end(`head ${code}`), refuse500(res)),
  'reason': (_req, res, [text]) => endWithReason(res, text.replaceAll('_', ' ')),
  'reason-empty': (_req, res) => endWithReason(res, ''),
  'reason-write-head': head([404, 'Nope', { 'X-R': '1' }], 'reason'),
  'reason-write-head-empty': head([200, ''], 'reason'),
  'reason-latin1': (_req, res) => endWithReason(res, 'caf\xe9'),
  'reason-latin1-buffer': (_req, res) => endWithReason(res, 'caf\xe9', Buffer.from('reason')),
  'reason-crlf': (_req, res) => endWithReason(res, 'a\r\nX: y'),
  'write-head-twice'(_req, res) {
    res.writeHead(200);
    attempt(() => res.writeHead(404), (error) => res.end(error.code));
  },

  // The user's header fields.
  'set-header': set([['X-One', '1'], ['x-two', '2'], ['X-Num', 42], ['X-Empty', '']], 'set'),
  'set-header-replace': set([['X-One', '1'], ['X-Mid', 'm'], ['x-ONE', '2']], 'set'),
  'append-header'(_req, res) {
    res.appendHeader('X-App', '1').appendHeader('x-app', '2').appendHeader('X-App', ['3', '4']);
    res.setHeader('X-Set', 'a').appendHeader('X-Set', 'b').end('append');
  },
  'remove-header'(_req, res) {
    res.setHeader('X-A', '1').setHeader('X-B', '2').removeHeader('x-a');
    res.end('removed');
  },
  'remove-then-set'(_req, res) {
    res.setHeader('X-A', '1').setHeader('X-B', '2').removeHeader('X-A');
    res.setHeader('X-A', '3').end('x');
  },
  'multi-header': set([['X-Multi', ['1', '2']]], 'multi'),
  'multi-set-cookie': set([['Set-Cookie', ['a=1; Path=/', 'b=2']]], 'cookies'),
  'cookie-array': set([['Cookie', ['a=1', 'b=2']], ['X-C', ['one']]], 'cookie'),
  'set-headers-map': (_req, res) =>
    res.setHeaders(new Map([['X-M', '1'], ['set-cookie', ['a=1', 'b=2']], ['X-N', '2']])).end('map'),
  'write-head-precedence'(_req, res) {
    res.setHeader('X-A', 'set').setHeader('X-B', 'set');
    res.writeHead(200, { 'x-a': 'head', 'X-C': 'head' }).end('p');
  },
  'write-head-object': head([200, { 'X-A': '1', 'X-L': ['2', '3'], 'x-b': '4' }], 'o'),
  'write-head-array': head([200, ['X-A', '1', 'X-A', '2', 'x-b', '3']], 'a'),
  'write-head-array-after-set'(_req, res) {
    res.setHeader('X-A', 'set').setHeader('X-K', 'keep');
    res.writeHead(200, ['x-a', '1', 'X-A', '2', 'X-Z', '3']).end('a');
  },
  'write-head-array-odd': (_req, res) =>
    attempt(() => res.writeHead(200, ['X-A']).end('ok'), refuse500(res)),
  'write-head-pairs': head([200, [['X-A', '1'], ['X-A', '2']]], 'a'),
  'write-head-chain': head([200, { 'X-A': '1' }], 'chained'),
  'header-ops'(_req, res) {
    res.setHeader('X-A', '1').setHeader('set-cookie', ['a', 'b']).setHeader('X-Num', 7);
    res.end(json({
      names: res.getHeaderNames(), rawNames: res.getRawHeaderNames(), headers: res.getHeaders(),
      hasA: res.hasHeader('x-A'), hasZ: res.hasHeader('z'), getA: res.getHeader('X-a'),
      getNum: res.getHeader('x-num'), getZ: res.getHeader('z') ?? null,
    }));
  },
  'latin1-header': set([['X-L', 'caf\xe9']], 'text'),
  'latin1-header-buffer': set([['X-L', 'caf\xe9']], Buffer.from('text')),
  'latin1-header-empty': set([['X-L', 'caf\xe9']]),
  'latin1-header-chunks'(_req, res) {
    res.setHeader('X-L', 'caf\xe9').write('te');
    res.end('xt');
  },
  'latin1-header-latin1-body': (_req, res) => res.setHeader('X-L', 'caf\xe9').end('text', 'latin1'),
  'latin1-disposition':
    set([['Content-Length', 4], ['Content-Disposition', 'inline; filename=\xc3\xa9']], 'text'),
  'utf8-body': set([['Content-Type', 'text/plain; charset=utf-8']], 'h\u00e9llo \u20ac'),
  'many-headers': (_req, res, [count]) =>
    set([...Array(Number(count)).keys()].map((i) => [`X-${i}`, String(i)]), 'many')(_req, res),
  'long-header': (_req, res, [size]) => set([['X-Long', 'a'.repeat(Number(size))]], 'long')(_req, res),
  'api-errors'(_req, res) {
    const value = (text) => told(() => res.setHeader('X', text));
    const outcome = {
      emptyName: told(() => res.setHeader('', '1')),
      spaceName: told(() => res.setHeader('a b', '1')),
      colonName: told(() => res.setHeader('a:b', '1')),
      crValue: value('a\rb'),
      lfValue: value('a\nb'),
      nulValue: value('a\0b'),
      wideValue: value('\u0100'),
      undefinedValue: value(undefined),
      delValue: value('\x7f'),
      tabValue: value('a\tb'),
    };
    res.removeHeader('X');
    outcome.status99 = told(() => res.writeHead(99));
    outcome.status1000 = told(() => res.writeHead(1000));
    outcome.badTrailerName = told(() => res.addTrailers({ 'a b': '1' }));
    outcome.badTrailerValue = told(() => res.addTrailers({ X: 'a\nb' }));
    outcome.hintsNoLink = told(() => res.writeEarlyHints({}));
    outcome.hintsBadLink = told(() => res.writeEarlyHints({ link: 'bad' }));
    res.statusCode = 200;
    res.end(json(outcome));
  },
  'after-sent-errors'(_req, res) {
    res.writeHead(200).flushHeaders();
    res.end(json({
      set: told(() => res.setHeader('X', '1')),
      append: told(() => res.appendHeader('X', '1')),
      remove: told(() => res.removeHeader('X')),
      head: told(() => res.writeHead(200)),
    }));
  },

  // Automatic header fields, and header fields that decide the framing.
  'no-date'(_req, res) {
    res.sendDate = false;
    res.end('no date');
  },
  'remove-date': remove([names.date], 'no date'),
  'custom-date': set([['Date', 'yesterday']], 'date'),
  'remove-connection': remove([names.connection], 'rc'),
  'remove-te'(_req, res) {
    res.removeHeader('Transfer-Encoding');
    res.write('a');
    res.end('b');
  },
  'remove-cl': remove([names.contentLength], 'body'),
  'remove-cl-te': remove([names.contentLength, names.transferEncoding], 'body'),
  'remove-cl-te-empty': remove([names.contentLength, names.transferEncoding]),
  'remove-all': remove(Object.values(names), 'bare'),
  'remove-then-set-connection'(_req, res) {
    res.removeHeader('Connection');
    res.setHeader('Connection', 'close').end('x');
  },
  'close-header': set([['Connection', 'close']], 'closing'),
  'connection': (_req, res, [text]) => set([['Connection', text.replaceAll('_', ' ')]], 'c')(_req, res),
  'connection-array': set([['Connection', ['foo', 'close']]], 'c'),
  'write-head-close': head([200, { 'Connection': 'close', 'X-A': '1' }], 'c'),
  'keep-alive-header': set([['Connection', 'keep-alive']], 'ka'),
  'keep-alive-params': set([['Keep-Alive', 'timeout=99, max=7']], 'ka'),
  'should-keep-alive-false'(_req, res) {
    res.shouldKeepAlive = false;
    res.end('ska');
  },
  'te-chunked': set([['Transfer-Encoding', 'chunked']], 'body'),
  'te-upper-chunked': set([['Transfer-Encoding', 'CHUNKED']], 'body'),
  'te-gzip-chunked': set([['Transfer-Encoding', 'gzip, chunked']], 'body'),
  'te-identity': set([['Transfer-Encoding', 'identity']], 'body'),
  'te-array': set([['Transfer-Encoding', ['gzip', 'chunked']]], 'body'),
  'te-and-cl'(_req, res) {
    res.setHeader('Content-Length', '4').setHeader('Transfer-Encoding', 'chunked');
    attempt(() => res.end('body'), (error) => remove(['content-length', 'transfer-encoding'], error.code)(_req, res));
  },
  'content-length': set([['Content-Length', 5]], 'hello'),
  'content-length-writes'(_req, res) {
    res.setHeader('Content-Length', '6').write('abc');
    res.end('def');
  },
  'content-length-over': set([['Content-Length', 3]], 'hello'),
  'content-length-under': set([['Content-Length', 10]], 'hello'),
  'content-length-end-only': set([['Content-Length', 5]]),
  'content-length-text': set([['Content-Length', 'abc']], 'hello'),
  'content-length-array': set([['Content-Length', ['5', '5']]], 'hello'),
};
