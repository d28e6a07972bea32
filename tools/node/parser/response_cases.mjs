// The inputs of the recorded response cases, by area. They are sent to a client's parser.
//
// Each character of a string is one byte. A case is `[name, input]` or `[name, input, options]`;
// case_list.mjs documents the options. The option `method` is the method of the request, GET by
// default.

const crlf = '\r\n';
const head = (status, lines = [], body = '') =>
  `HTTP/1.1 ${status}\r\n${[].concat(lines).map((l) => l + crlf).join('')}\r\n${body}`;
const ok = (lines, body) => head('200 OK', lines, body);
const chunked = (body) => ok('Transfer-Encoding: chunked', body);
const line = (text) => `${text}\r\nContent-Length: 0\r\n\r\n`;
const lenient = { lenient: true };
const eof = { eof: true };
const to = (method, more) => ({ method, ...more });
const table = (texts, make, options) =>
  Object.entries(texts).map(([name, text]) => [name, make(text), options].filter((x) => x !== undefined));
const suffix = (text, cases) => cases.map(([n, ...rest]) => [n + text, ...rest]);

export const areas = {};

areas.plain = [
  ['length', ok('Content-Length: 5', 'hello')],
  ['length-zero', ok('Content-Length: 0')],
  ['chunked', chunked('5\r\nhello\r\n0\r\n\r\n')],
  ['chunked-trailer', chunked('5\r\nhello\r\n0\r\nX: y\r\n\r\n')],
  ['close-delimited', ok([], 'hello'), eof],
  ['close-delimited-empty', ok(), eof],
  ['close-delimited-open', ok([], 'hello')],
  ['fields', ok(['Content-Length: 0', 'Set-Cookie: a=b', 'Set-Cookie: c=d', 'X-A:b', 'Date: Sat, 01 Jan 2000 00:00:00 GMT'])],
  ['typical', ok(['Content-Type: text/html; charset=utf-8', 'Date: Sat, 01 Jan 2000 00:00:00 GMT', 'Connection: keep-alive', 'Keep-Alive: timeout=5', 'Content-Length: 12'], 'Hello World!')],
  ['names-as-data', ok(['Content-Length: 0', '__proto__: 1', 'constructor: 2', 'Content_Length: 3'])],
  ['binary', ok('Content-Length: 6', '\0\r\n\r\n\xff')],
  ['large', ok('Content-Length: 70000', 'x'.repeat(70000))],
  ['close-delimited-large', ok([], 'x'.repeat(70000)), eof],
  ['nothing', ''],
  ['nothing-eof', '', eof],
];

areas['status-line'] = [
  ...table({
    'plain': 'HTTP/1.1 200 OK', 'no-reason': 'HTTP/1.1 200', 'no-reason-space': 'HTTP/1.1 200 ', 'two-spaces-reason': 'HTTP/1.1 200  OK', 'reason-words': 'HTTP/1.1 200 All is well', 'reason-high': 'HTTP/1.1 200 caf\xe9', 'reason-tab': 'HTTP/1.1 200 a\tb', 'reason-nul': 'HTTP/1.1 200 a\0b', 'reason-soh': 'HTTP/1.1 200 a\x01b', 'reason-del': 'HTTP/1.1 200 a\x7f', 'reason-esc': 'HTTP/1.1 200 \x1b[0m', 'reason-trailing-space': 'HTTP/1.1 200 OK  ', 'reason-digits': 'HTTP/1.1 200 200',
    'status-000': 'HTTP/1.1 000 X', 'status-001': 'HTTP/1.1 001 X', 'status-99': 'HTTP/1.1 99 X', 'status-099': 'HTTP/1.1 099 X', 'status-20': 'HTTP/1.1 20 X', 'status-2': 'HTTP/1.1 2 X', 'status-2000': 'HTTP/1.1 2000 X', 'status-600': 'HTTP/1.1 600 X', 'status-999': 'HTTP/1.1 999 X', 'status-minus': 'HTTP/1.1 -20 X', 'status-plus': 'HTTP/1.1 +200 X', 'status-letter': 'HTTP/1.1 20a X', 'status-letters': 'HTTP/1.1 OK', 'status-empty': 'HTTP/1.1  OK', 'status-none': 'HTTP/1.1', 'status-dot': 'HTTP/1.1 200.1 X', 'status-tab': 'HTTP/1.1\t200 OK', 'status-two-spaces': 'HTTP/1.1  200 OK', 'status-tab-reason': 'HTTP/1.1 200\tOK', 'status-hex': 'HTTP/1.1 0xc X', 'status-299': 'HTTP/1.1 299 X', 'status-404': 'HTTP/1.1 404 Not Found', 'status-500': 'HTTP/1.1 500 X',
    'reason-no-space': 'HTTP/1.1 200OK', 'reason-dash': 'HTTP/1.1 200-OK', 'lower-http': 'http/1.1 200 OK', 'mixed-http': 'Http/1.1 200 OK', 'wrong-protocol': 'XTTP/1.1 200 OK', 'long-protocol': 'HTTPS/1.1 200 OK', 'no-slash': 'HTTP1.1 200 OK', 'icy': 'ICY 200 OK', 'rtsp': 'RTSP/1.0 200 OK', 'ice': 'ICE/1.0 200 OK', 'space-first': ' HTTP/1.1 200 OK', 'request-line': 'GET / HTTP/1.1', 'html': '<html>', 'high-first': '\xffHTTP/1.1 200 OK', 'nul-first': '\0HTTP/1.1 200 OK',
  }, line),
  ...['0.8', '0.9', '1.0', '1.1', '1.2', '2.0', '2.1', '3.0', '9.9', '1.10', '1.01', '01.1', '1', '1.', '', 'a.1', '1.a', '1,1'].map((v) => [`version-${v || 'empty'}`, line(`HTTP/${v} 200 OK`)]),
  ...['1.2', '2.0', '3.0', '9.9'].map((v) => [`version-${v}-lenient`, line(`HTTP/${v} 200 OK`), lenient]),
  ['lf', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
  ['cr', 'HTTP/1.1 200 OK\rContent-Length: 0\r\n\r\n'],
  ['cr-cr-lf', 'HTTP/1.1 200 OK\r\r\nContent-Length: 0\r\n\r\n'],
  ['cr-cr-field', 'HTTP/1.1 200 OK\r\rContent-Length: 0\r\n\r\n'],
  ['cr-cr-after-status', 'HTTP/1.1 200\r\r\nContent-Length: 0\r\n\r\n'],
  ['lf-after-status', 'HTTP/1.1 200\nContent-Length: 0\r\n\r\n'],
  ['cr-after-status', 'HTTP/1.1 200\rContent-Length: 0\r\n\r\n'],
  ['lf-lenient', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n', lenient],
  ['cr-lenient', 'HTTP/1.1 200 OK\rContent-Length: 0\r\n\r\n', lenient],
  ['lf-after-status-lenient', 'HTTP/1.1 200\nContent-Length: 0\r\n\r\n', lenient],
  ['cr-after-status-lenient', 'HTTP/1.1 200\rContent-Length: 0\r\n\r\n', lenient],
  ['leading-crlf', crlf + ok('Content-Length: 0')],
  ['leading-crlf-many', crlf.repeat(20) + ok('Content-Length: 0')],
  ['leading-lf', '\n' + ok('Content-Length: 0')],
  ['leading-cr', '\r' + ok('Content-Length: 0')],
  ['reason-long', line('HTTP/1.1 200 ' + 'r'.repeat(1000))],
  ['cut', 'HTTP/1.1 20'],
  ['cut-eof', 'HTTP/1.1 20', eof],
  ['cut-after-line-eof', 'HTTP/1.1 200 OK\r\n', eof],
  ['cut-in-field-eof', 'HTTP/1.1 200 OK\r\nX: y', eof],
  ['cut-before-lf-eof', 'HTTP/1.1 200 OK\r\nX: y\r\n\r', eof],
];

areas.fields = [
  ...table({
    'space-before-colon': 'X : b', 'tab-before-colon': 'X\t: b', 'no-colon': 'X', 'empty-name': ': b', 'space-in-name': 'X Y: b', 'nul-in-name': 'X\0: b', 'high-in-name': 'X\xe9: b', 'tokens': "!#$%&'*+-.^_`|~: b", 'empty-value': 'X:', 'value-nul': 'X: a\0b', 'value-soh': 'X: a\x01b', 'value-del': 'X: a\x7fb', 'value-high': 'X: \x80\xff', 'value-tab': 'X: a\tb', 'value-trailing': 'X: a \t ',
    'value-cr': 'X: a\rb', 'value-lf': 'X: a\nb', 'value-lf-end': 'X: a\nY: c', 'fold': 'X: a\r\n b', 'fold-tab': 'X: a\r\n\tb', 'fold-empty': 'X:\r\n b', 'space-first': ' X: y', 'dup': 'X: 1\r\nx: 2',
  }, (l) => ok(['Content-Length: 0', l])),
  ...suffix('-lenient', table({
    'space-before-colon': 'X : b', 'value-nul': 'X: a\0b', 'value-soh': 'X: a\x01b', 'value-del': 'X: a\x7fb', 'value-cr': 'X: a\rb', 'value-lf': 'X: a\nb', 'fold': 'X: a\r\n b', 'fold-tab': 'X: a\r\n\tb', 'fold-empty': 'X:\r\n b', 'no-colon': 'X',
  }, (l) => ok(['Content-Length: 0', l], ''), lenient)),
  ['space-before-first', 'HTTP/1.1 200 OK\r\n Content-Length: 0\r\n\r\n'],
  ['end-lf', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n'],
  ['end-cr-x', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\rX'],
  ['end-lf-lenient', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n', lenient],
  ['end-cr-x-lenient', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\rX', lenient],
  ['value-over', ok(['Content-Length: 0', 'X: ' + 'a'.repeat(20000)])],
  ['name-over', ok(['Content-Length: 0', 'a'.repeat(20000) + ': x'])],
  ['reason-over', line('HTTP/1.1 200 ' + 'r'.repeat(20000))],
  ['value-16360', ok(['Content-Length: 0', 'X: ' + 'a'.repeat(16360)])],
  ['value-16366', ok(['Content-Length: 0', 'X: ' + 'a'.repeat(16366)])],
  ['small-limit', ok(['Content-Length: 0', 'X: ' + 'a'.repeat(100)]), { max_header_size: 64 }],
  ['large-limit', ok(['Content-Length: 0', 'X: ' + 'a'.repeat(30000)]), { max_header_size: 65536 }],
  ['lines-2500', ok(['Content-Length: 0', ...Array.from({ length: 2500 }, () => 'X:y')])],
  ['cut-in-value-over', 'HTTP/1.1 200 OK\r\nX: ' + 'a'.repeat(17000)],
];

areas['content-length'] = [
  ...table({
    'plus': '+5', 'minus': '-5', 'minus-zero': '-0', 'hex': '0x5', 'underscore': '1_0', 'two-numbers': '1 2', 'letter': '5Z', 'empty': '', 'list-same': '5, 5', 'list-different': '5, 6', 'trailing-blank': '5 ', 'trailing-tab': '5\t', 'leading-tab': '\t5', 'leading-zeros': '0005', 'dot': '5.0', 'quoted': '"5"', '2-63': '9223372036854775808', '2-64-1': '18446744073709551615', '2-64': '18446744073709551616', '2-64-5': '18446744073709551621', 'comma': '5,',
  }, (v) => ok(`Content-Length: ${v}`, 'hello')),
  ['twice-same', ok(['Content-Length: 5', 'Content-Length: 5'], 'hello')],
  ['twice-different', ok(['Content-Length: 5', 'Content-Length: 6'], 'hello')],
  ['twice-lenient', ok(['Content-Length: 5', 'Content-Length: 5'], 'hello'), lenient],
  ['empty-eof', ok('Content-Length:', 'hello'), eof],
  ['short-eof', ok('Content-Length: 5', 'hel'), eof],
  ['short', ok('Content-Length: 5', 'hel')],
  ['long', ok('Content-Length: 5', 'hello!')],
  ['long-http', ok('Content-Length: 5', 'helloH')],
  ['exact-eof', ok('Content-Length: 5', 'hello'), eof],
  ['zero-with-body', ok('Content-Length: 0', 'x')],
  ['fold', ok('Content-Length: 5\r\n 0', 'hello')],
  ['name-underscore-eof', ok('Content_Length: 3', 'hello'), eof],
];

areas['transfer-encoding'] = [
  ...['chunked', 'CHUNKED', 'gzip', 'identity', 'xchunked', 'chunked, gzip', 'gzip, chunked', 'chunked, chunked', '', 'chunked abc', 'chunked/', 'chunked=1', 'chunked;', 'chunked;q=1', ',chunked', 'chunked,', '"chunked"', '\vchunked', 'chunked\0', '\xa0chunked', 'chunked\x85', 'chunked\t', 'chunked  ', 'gzip;q=1, chunked']
    .map((v, i) => [`${String(i + 1).padStart(2, '0')}-${v.replace(/[^a-z]+/gi, '-').replace(/^-|-$/g, '') || 'empty'}`, ok(`Transfer-Encoding: ${v}`, '3\r\nabc\r\n0\r\n\r\n'), eof]),
  ['gzip-lenient', ok('Transfer-Encoding: gzip', 'abc'), { lenient: true, eof: true }],
  ['chunked-gzip-lenient', ok('Transfer-Encoding: chunked, gzip', 'abc'), { lenient: true, eof: true }],
  ['gzip-open', ok('Transfer-Encoding: gzip', 'abc')],
  ['two-lines', ok(['Transfer-Encoding: gzip', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
  ['two-lines-2', ok(['Transfer-Encoding: chunked', 'Transfer-Encoding: gzip'], '0\r\n\r\n'), eof],
  ['two-lines-chunked', ok(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
  ['length-first', ok(['Content-Length: 3', 'Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n')],
  ['length-last', ok(['Transfer-Encoding: chunked', 'Content-Length: 3'], '3\r\nabc\r\n0\r\n\r\n')],
  ['length-first-lenient', ok(['Content-Length: 3', 'Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n'), lenient],
  ['length-last-gzip', ok(['Transfer-Encoding: gzip', 'Content-Length: 3'], 'abc'), eof],
  ['length-first-gzip', ok(['Content-Length: 3', 'Transfer-Encoding: gzip'], 'abc'), eof],
  ['fold', ok('Transfer-Encoding: chunked\r\n abc', '0\r\n\r\n')],
  ['10', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  ['10-keep-alive', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  ['10-eof', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', eof],
];

areas.chunks = [
  ...table({
    'size-lf': '3\nabc\r\n0\r\n\r\n', 'size-plus': '+3\r\nabc\r\n0\r\n\r\n', 'size-empty': '\r\nabc\r\n0\r\n\r\n', 'size-hex-prefix': '0x3\r\nabc\r\n0\r\n\r\n', 'size-2-64': '10000000000000003\r\nabc\r\n0\r\n\r\n', 'size-space': '3 \r\nabc\r\n0\r\n\r\n', 'data-lf': '3\r\nabc\n0\r\n\r\n', 'data-longer': '3\r\nabcd\r\n0\r\n\r\n', 'last-xx': '0\r\nXX', 'last-lf': '0\r\n\n', 'last-cr-x': '0\r\n\rX', 'extension': '3;a=b\r\nabc\r\n0\r\n\r\n', 'extension-bare': '3;\r\nabc\r\n0\r\n\r\n', 'extension-over': '3;' + 'a'.repeat(17000) + '\r\nabc\r\n0\r\n\r\n', 'extension-quoted-lf': '3;a="\n"\r\nabc\r\n0\r\n\r\n', 'extension-nul': '3;a\0\r\nabc\r\n0\r\n\r\n',
    'trailer-length': '0\r\nContent-Length: 5\r\n\r\n', 'trailer-te': '0\r\nTransfer-Encoding: gzip\r\n\r\n', 'trailer-lf': '0\r\nX: y\nZ: a\r\n\r\n', 'trailer-over': '0\r\nX: ' + 'a'.repeat(17000) + '\r\n\r\n', 'trailer-fold': '0\r\nX: a\r\n b\r\n\r\n', 'many': '1\r\nx\r\n'.repeat(100) + '0\r\n\r\n',
  }, chunked),
  ...table({ 'head': '', 'size': '3', 'size-line': '3\r\n', 'data': '3\r\nab', 'data-crlf': '3\r\nabc\r\n', 'last': '3\r\nabc\r\n0', 'last-line': '3\r\nabc\r\n0\r\n', 'trailer': '0\r\nX: y', 'all': '0\r\n\r\n' }, chunked, eof).map(([n, i, o]) => [`cut-${n}-eof`, i, o]),
];

const framings = {
  'none': [], 'length': ['Content-Length: 3'], 'length-zero': ['Content-Length: 0'], 'chunked': ['Transfer-Encoding: chunked'],
};
areas['no-body'] = [
  ...['204 No Content', '304 Not Modified'].flatMap((status) => Object.entries(framings).flatMap(([name, lines]) => [
    [`${status.slice(0, 3)}-${name}`, head(status, lines)],
    [`${status.slice(0, 3)}-${name}-eof`, head(status, lines), eof],
    [`${status.slice(0, 3)}-${name}-body`, head(status, lines, 'abc')],
    [`${status.slice(0, 3)}-${name}-next`, head(status, lines) + ok('Content-Length: 0')],
  ])),
  ...Object.entries(framings).flatMap(([name, lines]) => [
    [`head-${name}`, ok(lines), to('HEAD')],
    [`head-${name}-eof`, ok(lines), to('HEAD', eof)],
    [`head-${name}-body`, ok(lines, 'abc'), to('HEAD')],
    [`connect-200-${name}`, ok(lines, 'tunnel bytes'), to('CONNECT')],
    [`connect-407-${name}`, head('407 X', lines, 'abc'), to('CONNECT')],
    [`205-${name}`, head('205 Reset', lines, ''), eof],
    [`get-connection-close-${name}`, ok([...lines, 'Connection: close']), eof],
  ]),
  ['head-404-length', head('404 X', 'Content-Length: 3'), to('HEAD')],
  ['head-304', head('304 X'), to('HEAD')],
  ['head-10', 'HTTP/1.0 200 OK\r\n\r\n', to('HEAD')],
  ['head-length-bad', ok('Content-Length: x'), to('HEAD')],
  ['connect-empty', ok(), to('CONNECT')],
  ['connect-eof', ok(), to('CONNECT', eof)],
  ['connect-bad-field', ok(['X : y']), to('CONNECT')],
];

const upgradeLines = ['Connection: Upgrade', 'Upgrade: websocket'];
areas.informational = [
  ['100', head('100 Continue') + ok('Content-Length: 2', 'ab')],
  ['100-twice', head('100 Continue').repeat(2) + ok('Content-Length: 2', 'ab')],
  ['100-length', head('100 Continue', 'Content-Length: 3') + ok('Content-Length: 2', 'ab')],
  ['100-chunked', head('100 Continue', 'Transfer-Encoding: chunked') + ok('Content-Length: 2', 'ab')],
  ['100-only-eof', head('100 Continue'), eof],
  ['100-no-reason', 'HTTP/1.1 100\r\n\r\n' + ok('Content-Length: 2', 'ab')],
  ['102', head('102 Processing') + ok('Content-Length: 0')],
  ['103', head('103 Early Hints', ['Link: </a>; rel=preload', 'X: y']) + ok('Content-Length: 0')],
  ['103-close', head('103 Early Hints', 'Connection: close') + ok('Content-Length: 0')],
  ['103-body', head('103 Early Hints', 'Content-Length: 3', 'abc')],
  ['199', head('199 X') + ok('Content-Length: 0')],
  ['100-10', 'HTTP/1.0 100 X\r\n\r\n' + ok('Content-Length: 0')],
  ['100-head', head('100 Continue') + ok('Content-Length: 2'), to('HEAD')],
  ['many', head('102 P').repeat(60) + ok('Content-Length: 0')],
  ['100-connect', head('100 Continue') + ok(), to('CONNECT')],
  ['101', head('101 Switching Protocols', upgradeLines, '\x81\x05hello')],
  ['101-empty', head('101 Switching Protocols', upgradeLines)],
  ['101-eof', head('101 Switching Protocols', upgradeLines), eof],
  ['101-no-upgrade', head('101 Switching Protocols', [], 'abc')],
  ['101-no-upgrade-empty', head('101 Switching Protocols')],
  ['101-no-connection', head('101 X', ['Upgrade: websocket'], 'abc')],
  ['101-length', head('101 X', [...upgradeLines, 'Content-Length: 3'], 'abcdef')],
  ['101-chunked', head('101 X', [...upgradeLines, 'Transfer-Encoding: chunked'], '0\r\n\r\nabc')],
  ['101-10', 'HTTP/1.0 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nabc'],
  ['101-behind-100', head('100 C') + head('101 X', upgradeLines, 'abc')],
  ['101-to-head', head('101 X', upgradeLines, 'abc'), to('HEAD')],
  ['200-upgrade', ok([...upgradeLines, 'Content-Length: 3'], 'abc')],
  ['200-upgrade-no-length', ok(upgradeLines, 'abc'), eof],
  ['426-upgrade', head('426 X', [...upgradeLines, 'Content-Length: 0'])],
];

areas['keep-alive'] = [
  ...table({
    'none': [], 'close': ['Connection: close'], 'keep-alive': ['Connection: keep-alive'], 'both': ['Connection: keep-alive, close'], 'upper': ['CONNECTION: CLOSE'], 'xclose': ['Connection: xclose'], 'close-tab': ['Connection: close\t'], 'close-parameter': ['Connection: close;x'], 'proxy-close': ['Proxy-Connection: close'], 'two-lines': ['Connection: a', 'Connection: close'], 'keep-alive-field': ['Keep-Alive: timeout=1'],
  }, (lines) => ok([...lines, 'Content-Length: 2'], 'ab')),
  ['close-more', ok(['Connection: close', 'Content-Length: 2'], 'ab') + ok('Content-Length: 0')],
  ['close-more-byte', ok(['Connection: close', 'Content-Length: 2'], 'abc')],
  ['close-more-lenient', ok(['Connection: close', 'Content-Length: 2'], 'ab') + ok('Content-Length: 0'), lenient],
  ['close-no-length', ok('Connection: close', 'abc'), eof],
  ['close-crlf', ok(['Connection: close', 'Content-Length: 2'], 'ab\r\n')],
  ['keep-alive-no-length', ok('Connection: keep-alive', 'abc'), eof],
  ['10', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab'],
  ['10-keep-alive', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nab'],
  ['10-close-delimited', 'HTTP/1.0 200 OK\r\n\r\nab', eof],
  ['10-keep-alive-no-length', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nab', eof],
  ['two-responses', ok('Content-Length: 2', 'ab') + ok('Content-Length: 1', 'c')],
  ['two-responses-crlf', ok('Content-Length: 2', 'ab') + crlf + ok('Content-Length: 1', 'c')],
  ['second-bad', ok('Content-Length: 2', 'ab') + 'HTTP/1.1 2000 X\r\n\r\n'],
  ['second-cut-eof', ok('Content-Length: 2', 'ab') + 'HTTP/1.1 2', eof],
  ['two-close-delimited', ok([], 'ab') + ok([], 'c'), eof],
  ['chunked-more', chunked('0\r\n\r\n') + 'x'],
];
