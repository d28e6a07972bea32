// The inputs of the recorded request cases, by area. They are sent to a server's parser.
//
// Each character of a string is one byte. A case is `[name, input]` or `[name, input, options]`;
// case_list.mjs documents the options.

const crlf = '\r\n';
const host = 'Host: a\r\n';

/// A GET with these additional lines, each without its CRLF.
const get = (...lines) => `GET / HTTP/1.1\r\n${host}${lines.map((l) => l + crlf).join('')}\r\n`;
/// A POST with these additional lines and this body.
const post = (lines, body = '') =>
  `POST / HTTP/1.1\r\n${host}${[].concat(lines).map((l) => l + crlf).join('')}\r\n${body}`;
const chunked = (body) => post('Transfer-Encoding: chunked', body);
const line = (text) => `${text}\r\n${host}\r\n`;
const next = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n';
const lenient = { lenient: true };
const eof = { eof: true };
const upgrade = { upgrade: true };

/// Returns each name of a table with the request that `make` builds from its text.
const table = (texts, make, options) =>
  Object.entries(texts).map(([name, text]) => [name, make(text), options].filter((x) => x !== undefined));

export const areas = {};

areas.plain = [
  ['get', get()],
  ['get-fields', get('Accept: */*', 'User-Agent: x/1', 'X-A:b', 'X-A:   c   ')],
  ['get-query', line('GET /a/b?c=d&e=%20 HTTP/1.1')],
  ['post-length', post('Content-Length: 5', 'hello')],
  ['post-length-zero', post('Content-Length: 0')],
  ['post-length-next', post('Content-Length: 5', 'hello' + next)],
  ['post-chunked', chunked('5\r\nhello\r\n0\r\n\r\n')],
  ['post-chunked-next', chunked('5\r\nhello\r\n0\r\n\r\n' + next)],
  ['post-no-framing', post([], 'BODY')],
  ['get-length', get('Content-Length: 3') + 'abc' + next],
  ['head-length', `HEAD / HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc${next}`],
  ['options-star', line('OPTIONS * HTTP/1.1')],
  ['delete-chunked', `DELETE /x HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n${next}`],
  ['trace-length', `TRACE / HTTP/1.1\r\n${host}Content-Length: 1\r\n\r\nx${next}`],
  ['browser', `GET /index.html HTTP/1.1\r\nHost: www.example.com\r\nConnection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: de,en;q=0.9\r\nCookie: a=b; c="d e"\r\n\r\n`],
  ['names-as-data', get('__proto__: 1', 'constructor: 2', 'REMOTE_ADDR: 3', 'Content_Length: 4', 'toString: 5')],
  ['binary-body', post('Content-Length: 8', '\x00\x01\r\n\r\n\xff\x80')],
];

areas['empty-input'] = [
  ['nothing', ''],
  ['nothing-eof', '', eof],
  ['one-crlf', crlf],
  ['one-crlf-eof', crlf, eof],
];

const methods = ['DELETE', 'GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'TRACE', 'COPY', 'LOCK', 'MKCOL',
  'MOVE', 'PROPFIND', 'PROPPATCH', 'SEARCH', 'UNLOCK', 'BIND', 'REBIND', 'UNBIND', 'ACL', 'REPORT',
  'MKACTIVITY', 'CHECKOUT', 'MERGE', 'M-SEARCH', 'NOTIFY', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PATCH', 'PURGE',
  'MKCALENDAR', 'LINK', 'UNLINK', 'SOURCE', 'QUERY'];
// RTSP's own methods, and HTTP/2's.
const foreign = ['DESCRIBE', 'ANNOUNCE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER',
  'SET_PARAMETER', 'REDIRECT', 'RECORD', 'FLUSH', 'PRI'];
areas.method = [
  ...[...methods, ...foreign].map((m) => [m.toLowerCase(), line(`${m} / HTTP/1.1`)]),
  ...table({
    'unknown': 'FOO', 'lower-case': 'get', 'mixed-case': 'Get', 'prefix-only': 'GE', 'longer': 'GETT',
    'digit': '1GET', 'dash': '-', 'm-only': 'M', 'm-dash': 'M-', 'nul': 'G\0T', 'high': 'G\xc9T',
    'quote': '"GET"', 'post-pos': 'POS', 'late-wrong-byte': 'PROPFINX', 'late-wrong-byte-2': 'UNSUBSCRIBX',
    'source-prefix': 'SOURC', 'very-long': 'G'.repeat(300),
  }, (m) => line(`${m} / HTTP/1.1`)),
  ['empty', line(' / HTTP/1.1')],
  ['tab-before', line('\tGET / HTTP/1.1')],
  ['space-before', line('  GET / HTTP/1.1')],
  ['nul-before', line('\0GET / HTTP/1.1')],
  ['tls-hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['prefix-then-eof', 'GE', eof],
  ['never-valid-prefix', 'X'],
  ['never-valid-prefix-2', 'GEX'],
  ['crlf-inside', 'GE\r\nT / HTTP/1.1\r\n\r\n'],
  ['method-only', 'GET\r\n\r\n'],
  ['method-space-only', 'GET \r\n\r\n'],
];

areas.preface = [
  ['h2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['h2-prefix', 'PRI * HTTP/2.0\r\n'],
  ['h2-wrong-version', 'PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n'],
  ['h2-wrong-tail', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'],
  ['h2-wrong-target', 'PRI / HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['h2-behind-get', get() + 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];

areas['request-line'] = [
  ...table({
    'two-spaces-first': 'GET  / HTTP/1.1', 'two-spaces-second': 'GET /  HTTP/1.1', 'tab-first': 'GET\t/ HTTP/1.1',
    'tab-second': 'GET /\tHTTP/1.1', 'space-tab': 'GET / \tHTTP/1.1', 'space-ff': 'GET / \fHTTP/1.1', 'space-vt': 'GET / \vHTTP/1.1', 'space-cr': 'GET / \rHTTP/1.1', 'space-nul': 'GET / \0HTTP/1.1', 'space-high': 'GET / \x80HTTP/1.1', 'absolute-space-tab': 'GET http://a/ \tHTTP/1.1', 'connect-space-tab': 'CONNECT a:1 \tHTTP/1.1', 'cr-tab': 'GET /\r\tHTTP/1.1', 'cr-ff': 'GET /\r\fHTTP/1.1', 'cr-space': 'GET /\r HTTP/1.1', 'cr-letter': 'GET /\rX', 'space-end': 'GET / HTTP/1.1 ', 'tab-end': 'GET / HTTP/1.1\t',
    'space-in-target': 'GET /a b HTTP/1.1', 'word-end': 'GET / HTTP/1.1 x', 'no-version': 'GET /',
    'no-version-space': 'GET / ', 'no-target': 'GET HTTP/1.1', 'lower-http': 'GET / http/1.1',
    'mixed-http': 'GET / Http/1.1', 'short-http': 'GET / HTT/1.1', 'long-http': 'GET / HTTPS/1.1',
    'no-slash': 'GET / HTTP1.1', 'no-dot': 'GET / HTTP/11', 'no-minor': 'GET / HTTP/1.', 'no-major': 'GET / HTTP/.1',
    'space-in-version': 'GET / HTTP/1. 1', 'space-after-slash': 'GET / HTTP/ 1.1', 'other-protocol': 'GET / XTTP/1.1',
    'post-no-version': 'POST /p', 'only-h': 'GET / H', 'nul-in-version': 'GET / HTTP/1\x001', 'dot-comma': 'GET / HTTP/1,1',
  }, line),
  ...['0.8', '0.9', '1.0', '1.2', '1.9', '2.0', '2.1', '3.0', '9.9', '1.10', '1.11', '1.01', '01.1', '11.1', 'a.1',
    '1.a', '-1.1', '1.-1', '1.32', '0.0', '', '1']
    .map((v) => [`version-${v || 'empty'}`, line(`GET / HTTP/${v}`)]),
  ...['1.2', '2.0', '3.0', '9.9', '0.8', '1.10'].map((v) => [`version-${v}-lenient`, line(`GET / HTTP/${v}`), lenient]),
  ...['RTSP/1.0', 'RTSP/2.0', 'RTSP/1.1', 'ICE/1.0', 'ICE/1.1', 'ICX/1.0', 'RTSX/1.0', 'IXE/1.0'].flatMap((v) => [
    [`get-${v.replace('/', '-').toLowerCase()}`, line(`GET / ${v}`)],
    [`source-${v.replace('/', '-').toLowerCase()}`, line(`SOURCE / ${v}`)],
    [`describe-${v.replace('/', '-').toLowerCase()}`, line(`DESCRIBE / ${v}`)],
  ]),
  ['lf-only', `GET / HTTP/1.1\n${host}\r\n`],
  ['lf-only-lenient', `GET / HTTP/1.1\n${host}\r\n`, lenient],
  ['cr-only', `GET / HTTP/1.1\r${host}\r\n`],
  ['cr-cr-lf', `GET / HTTP/1.1\r\r\n${host}\r\n`],
  ['cr-only-lenient', `GET / HTTP/1.1\r${host}\r\n`, lenient],
  ['lf-after-target', `GET /\nHost: a\r\n\r\n`],
  ['cr-after-target', `GET /\rHost: a\r\n\r\n`],
  ['http09-body', 'POST /p\nContent-Length: 3\r\n\r\nabc'],
  ['http09-crlf-only', 'GET /\r\n'],
  ['http09-eof', 'GET /\r\n', eof],
  ['leading-crlf', crlf + get()],
  ['leading-crlf-many', crlf.repeat(50) + get()],
  ['leading-lf', '\n' + get()],
  ['leading-cr', '\r' + get()],
  ['leading-lf-many', '\n\n\n' + get()],
  ['leading-space-crlf', ' \r\n' + get()],
  ['crlf-between', get() + crlf + crlf + get()],
  ['lf-between', get() + '\n' + get()],
  ['cr-between', get() + '\r\r' + get()],
  ['space-between', get() + ' ' + get()],
  ['nul-between', get() + '\0' + get()],
  ['crlf-after-post', post('Content-Length: 3', 'abc\r\n') + get()],
  ['cut-eof', 'GET / HTTP/1.1', eof],
  ['cut-cr-eof', 'GET / HTTP/1.1\r', eof],
  ['line-only-eof', 'GET / HTTP/1.1\r\n', eof],
  ['line-only', 'GET / HTTP/1.1\r\n'],
];

areas.target = [
  ...table({
    'no-slash': 'foo', 'no-slash-dot': 'foo.bar', 'absolute': 'http://example.com/a?b=c', 'absolute-upper': 'HTTP://EXAMPLE.com/',
    'absolute-https': 'https://example.com:443/', 'absolute-no-path': 'http://example.com', 'absolute-query': 'http://example.com?x',
    'absolute-userinfo': 'http://u:p@example.com/', 'absolute-two-at': 'http://u@p@example.com/', 'absolute-ipv6': 'http://[::1]:80/',
    'absolute-ipv6-open': 'http://[::1/', 'absolute-empty-host': 'http:///a', 'absolute-one-slash': 'http:/a', 'absolute-no-slashes': 'http:a',
    'schema-digit': 'h2://a/', 'schema-dash': 'a-b://c/', 'star': '*', 'star-more': '*x', 'authority': 'example.com:80',
    'fragment': '/a#b', 'fragment-twice': '/a#b#c', 'fragment-only': '#a', 'query-only': '?a', 'query-hash': '/?a#b', 'query-twice': '/?a?b',
    'backslash': '/a\\b', 'backslash-first': '\\a', 'quote': '/"<>^`{|}', 'percent-bad': '/%zz', 'nul': '/a\0b', 'nul-first': '\0',
    'soh': '/a\x01b', 'tab': '/a\tb', 'vt': '/a\vb', 'ff': '/a\fb', 'esc': '/a\x1bb', 'del': '/a\x7fb', 'high-80': '/a\x80b', 'high-ff': '/\xff',
    'utf8': '/caf\xc3\xa9', 'dots': '/../../etc/passwd', 'slashes': '//evil', 'semicolon': '/;x', 'cr': '/a\rb', 'lf': '/a\nb',
    'query-nul': '/?a\0', 'query-high': '/?a\xe9', 'query-tab': '/?a\tb', 'fragment-high': '/#a\xe9', 'fragment-nul': '/#\0', 'host-high': 'http://a\xe9/',
    'host-backslash': 'http://a\\b/', 'host-percent': 'http://a%41/', 'host-space': 'http://a b/',
    'schema-tab': 'http\t:', 'schema-ff': 'http:\f', 'schema-slash-tab': 'http:/\t', 'schema-slash-ff': 'http:/\f', 'schema-slashes-tab': 'http://\t', 'schema-slashes-ff': 'http://\f', 'server-tab': 'http://a\t', 'server-ff': 'http://a\f', 'server-at-ff': 'http://a@\f', 'query-ff': '/?\f', 'fragment-ff': '/#\f', 'fragment-tab': '/#\t', 'star-tab': '*\t', 'first-tab': '\t/', 'first-ff': '\f/', 'schema-cr': 'http:\r', 'schema-lf': 'http:\n', 'schema-slash-cr': 'http:/\r', 'schema-slashes-space': 'http:// ', 'server-cr': 'http://a\r', 'server-lf': 'http://a\n', 'query-cr': '/?a\r', 'fragment-cr': '/#a\r', 'fragment-start-cr': '/#\r', 'query-start-cr': '/?\r',
    'schema-only': 'http:', 'schema-slash-slash': 'http://', 'digit-first': '1a', 'dash-first': '-', 'at-first': '@', 'colon-first': ':80',
  }, (t) => line(`GET ${t} HTTP/1.1`)),
  ['star-get-post', line('POST * HTTP/1.1')],
  ['options-path', line('OPTIONS /x HTTP/1.1')],
  ['options-authority', line('OPTIONS a:80 HTTP/1.1')],
  ['del-lenient', line('GET /a\x7fb HTTP/1.1'), lenient],
  ['high-lenient', line('GET /a\x80b HTTP/1.1'), lenient],
  ['tab-lenient', line('GET /a\tb HTTP/1.1'), lenient],
  ['long-8k', line(`GET /${'a'.repeat(8000)} HTTP/1.1`)],
];

areas.connect = [
  ['authority', line('CONNECT a.example:443 HTTP/1.1')],
  ['authority-bytes-follow', line('CONNECT a.example:443 HTTP/1.1') + '\x16\x03\x01hello'],
  ['ipv6', line('CONNECT [::1]:443 HTTP/1.1')],
  ['no-port', line('CONNECT a.example HTTP/1.1')],
  ['empty-port', line('CONNECT a.example: HTTP/1.1')],
  ['path', line('CONNECT /a HTTP/1.1')],
  ['star', line('CONNECT * HTTP/1.1')],
  ['absolute', line('CONNECT http://a/ HTTP/1.1')],
  ['userinfo', line('CONNECT u@a:1 HTTP/1.1')],
  ['bad-byte', line('CONNECT a\xe9:1 HTTP/1.1')],
  ['length', `CONNECT a:1 HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabcdef`],
  ['chunked', `CONNECT a:1 HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
  ['length-and-chunked', `CONNECT a:1 HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`],
  ['close', `CONNECT a:1 HTTP/1.1\r\n${host}Connection: close\r\n\r\nabc`],
  ['10', 'CONNECT a:1 HTTP/1.0\r\n\r\nabc'],
  ['10-no-fields-split', 'CONNECT a:1 HTTP/1.0\r\n'],
  ['behind-get', get() + line('CONNECT a:1 HTTP/1.1') + 'bytes'],
  ['lower', line('connect a:1 HTTP/1.1')],
  ['eof', line('CONNECT a:1 HTTP/1.1'), eof],
  ['eof-cut', 'CONNECT a:1 HTTP/1.1\r\nHo', eof],
];

const upgradeLines = ['Connection: Upgrade', 'Upgrade: websocket'];
const upgradeCases = [
  ['plain', get(...upgradeLines)],
  ['bytes-follow', get(...upgradeLines) + '\x81\x05hello'],
  ['request-follows', get(...upgradeLines) + next],
  ['length', post([...upgradeLines, 'Content-Length: 3'], 'abc' + next)],
  ['length-zero', post([...upgradeLines, 'Content-Length: 0'], next)],
  ['chunked', post([...upgradeLines, 'Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n' + next)],
  ['chunked-bytes-follow', post([...upgradeLines, 'Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\nXYZ')],
  ['length-cut', post([...upgradeLines, 'Content-Length: 3'], 'a')],
  ['no-connection', get('Upgrade: websocket') + next],
  ['no-upgrade', get('Connection: Upgrade') + next],
  ['empty-upgrade', get('Connection: Upgrade', 'Upgrade:') + next],
  ['token-list', get('Connection: keep-alive, Upgrade', 'Upgrade: h2c') + next],
  ['token-list-close', get('Connection: close, Upgrade', 'Upgrade: h2c') + next],
  ['two-connection-lines', get('Connection: keep-alive', 'Connection: upgrade', 'Upgrade: x') + next],
  ['substring', get('Connection: xupgrade', 'Upgrade: x') + next],
  ['substring-end', get('Connection: upgradex', 'Upgrade: x') + next],
  ['upper', get('CONNECTION: UPGRADE', 'UPGRADE: X') + next],
  ['10', 'GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nabc'],
  ['garbage-follows', get(...upgradeLines) + 'BAD\r\n\r\n'],
  ['h2c-settings', get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk') + next],
  ['proxy-connection', get('Proxy-Connection: upgrade', 'Upgrade: x') + next],
  ['upgrade-first', get('Upgrade: x', 'Connection: upgrade') + next],
  ['behind-get', get() + get(...upgradeLines) + 'abc'],
  ['tab-around', get('Connection:\tupgrade\t', 'Upgrade: x') + next],
];
areas.upgrade = upgradeCases.map(([n, i]) => [n, i, upgrade]);
areas['upgrade-ignored'] = upgradeCases;

areas['keep-alive'] = [
  ...table({
    'close': 'Connection: close', 'close-upper': 'Connection: CLOSE', 'keep-alive': 'Connection: keep-alive',
    'keep-alive-upper': 'Connection: Keep-Alive', 'close-list': 'Connection: a, close', 'close-list-first': 'Connection: close, a',
    'both': 'Connection: keep-alive, close', 'both-other-order': 'Connection: close, keep-alive', 'close-tab': 'Connection: close\t',
    'close-space': 'Connection: close ', 'close-parameter': 'Connection: close;x=1', 'close-quoted': 'Connection: "close"',
    'closed': 'Connection: closed', 'xclose': 'Connection: xclose', 'x-close': 'Connection: x-close', 'empty': 'Connection:',
    'commas': 'Connection: ,,close,,', 'spaces-in': 'Connection:   close  ,  x', 'proxy-close': 'Proxy-Connection: close',
    'two-lines': 'Connection: keep-alive\r\nConnection: close', 'two-lines-2': 'Connection: close\r\nConnection: keep-alive',
    'clos': 'Connection: clos', 'close-e': 'Connection: close e', 'tab-first': 'Connection:\tclose',
    'unknown': 'Connection: x, y, z', 'http-close-name': 'X-Connection: close', 'connectio': 'Connectio: close',
    'connections': 'Connections: close', 'keep-alive-close-second-token-no-comma': 'Connection: keep-alive close',
  }, (l) => get(l) + next),
  ['10', 'GET / HTTP/1.0\r\n\r\n' + next],
  ['10-nothing-follows', 'GET / HTTP/1.0\r\n\r\n'],
  ['10-keep-alive', 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n' + next],
  ['10-keep-alive-close', 'GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n' + next],
  ['10-post-length', 'POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc' + next],
  ['10-post-no-length', 'POST / HTTP/1.0\r\n\r\nabc'],
  ['10-post-keep-alive', 'POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc' + next],
  ['close-post', post(['Connection: close', 'Content-Length: 3'], 'abc' + next)],
  ['close-chunked', post(['Connection: close', 'Transfer-Encoding: chunked'], '0\r\n\r\n' + next)],
  ['close-one-byte', get('Connection: close') + 'x'],
  ['close-crlf', get('Connection: close') + '\r\n'],
  ['close-crlf-byte', get('Connection: close') + '\r\nx'],
  ['close-lf', get('Connection: close') + '\n\n'],
  ['close-eof', get('Connection: close'), eof],
  ['close-next-lenient', get('Connection: close') + next, lenient],
  ['10-next-lenient', 'GET / HTTP/1.0\r\n\r\n' + next, lenient],
];

areas.fields = [
  ...table({
    'space-before-colon': 'X : b', 'tab-before-colon': 'X\t: b', 'no-colon': 'X', 'no-colon-value': 'X b', 'empty-name': ': b', 'empty-name-space': ' : b',
    'space-in-name': 'X Y: b', 'nul-in-name': 'X\0: b', 'del-in-name': 'X\x7f: b', 'high-in-name': 'X\xe9: b', 'paren': 'X(: b', 'slash': 'X/: b',
    'quote': 'X": b', 'brace': 'X{: b', 'at': 'X@: b', 'tokens': "!#$%&'*+-.^_`|~: b", 'comma': 'X,: b', 'semicolon': 'X;: b', 'equals': 'X=: b',
    'empty-value': 'X:', 'blank-value': 'X:    ', 'tab-value': 'X:\t\t', 'value-colon': 'X:: :', 'value-tab-inside': 'X: a\tb', 'value-high': 'X: \x80\xff',
    'value-nul': 'X: a\0b', 'value-soh': 'X: a\x01b', 'value-del': 'X: a\x7fb', 'value-esc': 'X: \x1b', 'value-vt': 'X: a\vb', 'value-trailing': 'X: a  \t ',
    'value-leading-mixed': 'X: \t a', 'value-first-nul': 'X:\0', 'value-first-del': 'X:\x7f', 'value-cr-inside': 'X: a\rb', 'value-lf-inside': 'X: a\nb',
    'value-cr-cr': 'X: a\r', 'value-lf-end': 'X: a\nY: c', 'value-blank-cr': 'X: \rY: c', 'value-blank-lf': 'X: \nY: c', 'empty-lf': 'X:\nY: c',
    'fold': 'X: a\r\n b', 'fold-tab': 'X: a\r\n\tb', 'fold-blank-only': 'X: a\r\n ', 'fold-empty-value': 'X:\r\n b', 'fold-many': 'X: a\r\n b\r\n c\r\n\td',
    'fold-host': 'Via: 1\r\n a', 'line-of-blanks': '   ', 'name-lf': 'X\n: b', 'name-cr': 'X\r: b', 'name-crlf': 'X\r\n: b', 'only-colon': ':',
    'dup': 'X: 1\r\nX: 2\r\nx: 3', 'long-name': 'X'.repeat(300) + ': b', 'long-value': 'X: ' + 'b'.repeat(3000),
  }, (l) => get(l)),
  ...table({
    'space-before-colon': 'X : b', 'tab-before-colon': 'X\t: b', 'no-colon': 'X', 'empty-name': ': b', 'space-in-name': 'X Y: b',
    'nul-in-name': 'X\0: b', 'high-in-name': 'X\xe9: b', 'value-nul': 'X: a\0b', 'value-soh': 'X: a\x01b', 'value-del': 'X: a\x7fb', 'value-first-soh': 'X:\x01',
    'fold': 'X: a\r\n b', 'fold-tab': 'X: a\r\n\tb', 'fold-empty-value': 'X:\r\n b', 'value-cr-inside': 'X: a\rb', 'value-cr-cr': 'X: a\r', 'value-lf-inside': 'X: a\nb',
    'value-lf-end': 'X: a\nY: c', 'fold-te': 'Transfer-Encoding: chunked\r\n abc', 'fold-length': 'Content-Length: 1\r\n 2', 'fold-connection': 'Connection: close\r\n , x',
    'value-blank-lf': 'X: \nY: c', 'value-blank-cr': 'X: \rY: c', 'fold-connection-2': 'Connection:\r\n close', 'fold-length-blank': 'Content-Length:\r\n 0',
  }, (l) => get(l), lenient).map(([n, i, o]) => [n + '-lenient', i, o]),
  ['space-before-first', `GET / HTTP/1.1\r\n Host: a\r\n\r\n`],
  ['tab-before-first', `GET / HTTP/1.1\r\n\tHost: a\r\n\r\n`],
  ['space-before-first-length', `POST / HTTP/1.1\r\n Content-Length: 3\r\nHost: a\r\n\r\nabc`],
  ['space-before-first-lenient', `GET / HTTP/1.1\r\n Host: a\r\n\r\n`, lenient],
  ['end-lf', `GET / HTTP/1.1\r\n${host}\n`],
  ['end-cr-x', `GET / HTTP/1.1\r\n${host}\rX`],
  ['end-cr-x-lenient', `GET / HTTP/1.1\r\n${host}\rX`, lenient],
  ['end-cr-cr-lf', `GET / HTTP/1.1\r\n${host}\r\r\n`],
  ['end-cr', `GET / HTTP/1.1\r\n${host}\r`],
  ['end-lf-lenient', `GET / HTTP/1.1\r\n${host}\n${next}`, lenient],
  ['all-lf', 'GET / HTTP/1.1\nHost: a\n\n'],
  ['all-lf-lenient', 'GET / HTTP/1.1\nHost: a\n\n' + next, lenient],
  ['all-cr', 'GET / HTTP/1.1\rHost: a\r\r'],
  ['all-cr-lenient', 'GET / HTTP/1.1\rHost: a\r\r' + next, lenient],
  ['cut-in-name-eof', 'GET / HTTP/1.1\r\nHos', eof],
  ['cut-in-value-eof', 'GET / HTTP/1.1\r\nHost: a', eof],
  ['cut-after-cr-eof', 'GET / HTTP/1.1\r\nHost: a\r', eof],
  ['cut-after-line-eof', 'GET / HTTP/1.1\r\nHost: a\r\n', eof],
  ['cut-before-last-lf-eof', 'GET / HTTP/1.1\r\nHost: a\r\n\r', eof],
  ['cut-in-name', 'GET / HTTP/1.1\r\nHos'],
  ['cut-before-last-lf', 'GET / HTTP/1.1\r\nHost: a\r\n\r'],
  ['complete-eof', get(), eof],
  ['forty', get(...Array.from({ length: 40 }, (_, i) => `X-${i}: ${i}`))],
];

areas.host = [
  ['none', 'GET / HTTP/1.1\r\n\r\n'],
  ['none-10', 'GET / HTTP/1.0\r\n\r\n'],
  ['none-then-next', 'GET / HTTP/1.1\r\nX: y\r\n\r\n' + next],
  ...table({
    'empty': '', 'blank': '   ', 'port': 'a:80', 'port-empty': 'a:', 'port-word': 'a:b', 'port-large': 'a:99999', 'ipv4': '127.0.0.1:80', 'ipv6': '[::1]', 'ipv6-port': '[::1]:80',
    'ipv6-open': '[::1', 'ipv6-zone': '[fe80::1%25eth0]', 'ipv6-zone-raw': '[fe80::1%eth0]', 'brackets-name': '[a]', 'brackets-empty': '[]', 'userinfo': 'u@a', 'path': 'a/b', 'query': 'a?b', 'fragment': 'a#b',
    'list': 'a, b', 'space': 'a b', 'backslash': 'a\\b', 'quote': '"a"', 'high': 'a\xe9', 'percent': 'a%41', 'underscore': 'a_b', 'dots': 'a..b', 'only-port': ':80', 'tab-around': '\ta\t', 'ipvfuture': '[v1.a:b]',
    'ipv6-suffix': '[::1]a', 'comma': 'a,b', 'sub-delims': "a!$&'()*+;=b", 'upper': 'A.EXAMPLE',
  }, (h) => `GET / HTTP/1.1\r\nHost: ${h}\r\n\r\n${next}`),
  ['twice-same', `GET / HTTP/1.1\r\n${host}${host}\r\n${next}`],
  ['twice-different', `GET / HTTP/1.1\r\n${host}Host: b\r\n\r\n${next}`],
  ['twice-case', `GET / HTTP/1.1\r\n${host}HOST: a\r\n\r\n`],
  ['twice-10', `GET / HTTP/1.0\r\n${host}Host: b\r\n\r\n`],
  ['bad-10', 'GET / HTTP/1.0\r\nHost: a/b\r\n\r\n'],
  ['absolute-other-host', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['absolute-no-host', 'GET http://b/ HTTP/1.1\r\n\r\n'],
  ['fold', 'GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n'],
  ['space-before-colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
  ['empty-http09', 'GET / HTTP/0.9\r\n\r\n'],
];
