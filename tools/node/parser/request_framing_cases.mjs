// More inputs of the recorded request cases: the end of a body, chunks, limits, the end of input,
// pipelines. request_cases.mjs documents the notation.

const crlf = '\r\n';
const host = 'Host: a\r\n';
const get = (...lines) => `GET / HTTP/1.1\r\n${host}${lines.map((l) => l + crlf).join('')}\r\n`;
const post = (lines, body = '') =>
  `POST / HTTP/1.1\r\n${host}${[].concat(lines).map((l) => l + crlf).join('')}\r\n${body}`;
const chunked = (body) => post('Transfer-Encoding: chunked', body);
const next = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n';
const lenient = { lenient: true };
const eof = { eof: true };
const table = (texts, make, options) =>
  Object.entries(texts).map(([name, text]) => [name, make(text), options].filter((x) => x !== undefined));
const suffix = (text, cases) => cases.map(([n, ...rest]) => [n + text, ...rest]);

export const areas = {};

const lengths = {
  'zero': '0', 'five': '5', 'leading-zeros': '0005', 'many-zeros': '0'.repeat(40) + '5', 'plus': '+5', 'minus': '-5', 'minus-zero': '-0', 'hex': '0x5', 'underscore': '1_0',
  'two-numbers': '1 2', 'letter': '5Z', 'letter-first': 'Z5', 'empty': '', 'blank': '  ', 'list-same': '5, 5', 'list-same-tight': '5,5', 'list-different': '5, 6', 'comma': '5,', 'comma-first': ',5', 'trailing-blank': '5  ',
  'trailing-tab': '5\t', 'leading-tab': '\t5', 'dot': '5.0', 'exponent': '5e0', 'quoted': '"5"', 'nul': '5\0', 'vt': '5\v', 'nbsp': '\xa05', 'semicolon': '5;', '2-31': '2147483648', '2-53': '9007199254740993', '2-63-1': '9223372036854775807', '2-63': '9223372036854775808',
  '2-64-1': '18446744073709551615', '2-64': '18446744073709551616', '2-64-5': '18446744073709551621', 'twenty-one-digits': '100000000000000000000', 'thirty-digits': '9'.repeat(30), 'infinity': 'Infinity', 'blank-digit-blank': ' 5 ', 'high-digit': '\xb2',
};
areas['content-length'] = [
  ...table(lengths, (v) => post(`Content-Length: ${v}`, 'hello' + next)),
  ...suffix('-lenient', table({ 'plus': '+5', 'two-numbers': '1 2', 'list-same': '5, 5', 'trailing-tab': '5\t', 'empty': '', '2-64': '18446744073709551616', 'trailing-blank': '5 ' },
    (v) => post(`Content-Length: ${v}`, 'hello' + next), lenient)),
  ['twice-same', post(['Content-Length: 5', 'Content-Length: 5'], 'hello' + next)],
  ['twice-different', post(['Content-Length: 5', 'Content-Length: 6'], 'hello' + next)],
  ['twice-case', post(['Content-Length: 5', 'content-length: 5'], 'hello' + next)],
  ['twice-zero', post(['Content-Length: 0', 'Content-Length: 0'], next)],
  ['twice-lenient', post(['Content-Length: 5', 'Content-Length: 5'], 'hello' + next), lenient],
  ['twice-different-lenient', post(['Content-Length: 5', 'Content-Length: 6'], 'hello' + next), lenient],
  ['empty-then-five', post(['Content-Length:', 'Content-Length: 5'], 'hello' + next)],
  ['name-upper', post('CONTENT-LENGTH: 5', 'hello' + next)],
  ['name-space', post('Content Length: 5', 'hello' + next)],
  ['name-space-before-colon', post('Content-Length : 5', 'hello' + next)],
  ['name-space-before-colon-lenient', post('Content-Length : 5', 'hello' + next), lenient],
  ['name-spaces-before-colon-lenient', post('Content-Length   : 5', 'hello' + next), lenient],
  ['name-tab-before-colon-lenient', post('Content-Length\t: 5', 'hello' + next), lenient],
  ['name-word-lenient', post('Content-Length y: 5', 'hello' + next), lenient],
  ['name-prefix', post('Content-Lengt: 5', 'hello' + next)],
  ['name-longer', post('Content-Lengths: 5', 'hello' + next)],
  ['name-prefixed', post('X-Content-Length: 5', next)],
  ['name-underscore', post('Content_Length: 5', next)],
  ['fold', post('Content-Length:\r\n 5', 'hello' + next)],
  ['fold-more', post('Content-Length: 5\r\n 0', 'hello' + next)],
  ['lf-end', post('Content-Length: 5\nX: y', 'hello' + next)],
  ['cr-end', post('Content-Length: 5\rX: y', 'hello' + next)],
  ['get', get('Content-Length: 5') + 'hello' + next],
  ['short-eof', post('Content-Length: 5', 'hel'), eof],
  ['short', post('Content-Length: 5', 'hel')],
  ['none-eof', post('Content-Length: 5'), eof],
  ['full-eof', post('Content-Length: 5', 'hello'), eof],
  ['long', post('Content-Length: 5', 'hello!')],
  ['zero-with-body', post('Content-Length: 0', 'x')],
  ['large-body', post('Content-Length: 70000', 'y'.repeat(70000) + next)],
];

const encodings = {
  'chunked': 'chunked', 'upper': 'CHUNKED', 'mixed': 'Chunked', 'gzip': 'gzip', 'identity': 'identity', 'xchunked': 'xchunked', 'chunkedx': 'chunkedx', 'chunked-gzip': 'chunked, gzip', 'gzip-chunked': 'gzip, chunked', 'gzip-chunked-tight': 'gzip,chunked', 'chunked-twice': 'chunked, chunked', 'chunked-twice-tight': 'chunked,chunked', 'identity-chunked': 'identity, chunked', 'chunked-identity': 'chunked, identity',
  'empty': '', 'blank': '   ', 'chunked-word': 'chunked abc', 'slash': 'chunked/', 'equals': 'chunked=1', 'semicolon': 'chunked;', 'parameter': 'chunked;q=1', 'comma-first': ',chunked', 'comma-space-first': ', chunked', 'comma-last': 'chunked,', 'comma-last-space': 'chunked ,', 'commas': ',,', 'quoted': '"chunked"', 'quoted-single': "'chunked'", 'vt-first': '\vchunked', 'vt-last': 'chunked\v', 'ff-last': 'chunked\f',
  'nul-last': 'chunked\0', 'nbsp-first': '\xa0chunked', 'nbsp-last': 'chunked\xa0', 'nel-last': 'chunked\x85', 'tab-first': '\tchunked', 'tab-last': 'chunked\t', 'space-last': 'chunked  ', 'space-inside': 'chun ked', 'prefix': 'chunke', 'gzip-comma-blank-chunked': 'gzip ,  chunked', 'gzip-chunked-gzip': 'gzip, chunked, gzip', 'three': 'a, b, chunked', 'gzip-semicolon-chunked': 'gzip;q=1, chunked', 'gzip-space-chunked': 'gzip chunked', 'dash': 'chunked-', 'x-chunked': 'x-chunked',
};
areas['transfer-encoding'] = [
  ...table(encodings, (v) => post(`Transfer-Encoding: ${v}`, '3\r\nabc\r\n0\r\n\r\n' + next)),
  ...suffix('-lenient', table({ 'gzip': 'gzip', 'chunked-gzip': 'chunked, gzip', 'identity': 'identity', 'chunked-word': 'chunked abc', 'empty': '', 'chunked-twice': 'chunked, chunked', 'gzip-chunked': 'gzip, chunked', 'xchunked': 'xchunked', 'tab-last': 'chunked\t' },
    (v) => post(`Transfer-Encoding: ${v}`, '3\r\nabc\r\n0\r\n\r\n' + next), lenient)),
  ['two-lines', post(['Transfer-Encoding: gzip', 'Transfer-Encoding: chunked'], '0\r\n\r\n' + next)],
  ['two-lines-2', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: gzip'], '0\r\n\r\n' + next)],
  ['two-lines-chunked', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n' + next)],
  ['two-lines-identity', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], '0\r\n\r\n' + next)],
  ['two-lines-empty', post(['Transfer-Encoding: chunked', 'Transfer-Encoding:'], '0\r\n\r\n' + next)],
  ['two-lines-empty-first', post(['Transfer-Encoding:', 'Transfer-Encoding: chunked'], '0\r\n\r\n' + next)],
  ['name-upper', post('TRANSFER-ENCODING: chunked', '0\r\n\r\n' + next)],
  ['name-underscore', post('Transfer_Encoding: chunked', next)],
  ['name-space', post('Transfer-Encoding : chunked', '0\r\n\r\n' + next)],
  ['name-space-lenient', post('Transfer-Encoding : chunked', '0\r\n\r\n' + next), lenient],
  ['name-prefix', post('Transfer-Encodin: chunked', next)],
  ['name-longer', post('Transfer-Encodings: chunked', next)],
  ['fold', post('Transfer-Encoding:\r\n chunked', '0\r\n\r\n' + next)],
  ['fold-after', post('Transfer-Encoding: chunked\r\n abc', '0\r\n\r\n' + next)],
  ['fold-blank', post('Transfer-Encoding: chunked\r\n ', '0\r\n\r\n' + next)],
  ['fold-tab', post('Transfer-Encoding: chunked\r\n\tx', '0\r\n\r\n' + next)],
  ['lf-end', post('Transfer-Encoding: chunked\nX: y', '0\r\n\r\n' + next)],
  ['cr-end', post('Transfer-Encoding: chunked\rX: y', '0\r\n\r\n' + next)],
  ['10', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  ['10-keep-alive', 'POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n' + next],
  ['10-lenient', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', lenient],
  ['10-gzip', 'POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\nabc'],
  ['get', get('Transfer-Encoding: chunked') + '3\r\nabc\r\n0\r\n\r\n' + next],
  ['head', `HEAD / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n${next}`],
  ['get-gzip', get('Transfer-Encoding: gzip') + next],
  ['length-first', post(['Content-Length: 3', 'Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n' + next)],
  ['length-last', post(['Transfer-Encoding: chunked', 'Content-Length: 3'], '3\r\nabc\r\n0\r\n\r\n' + next)],
  ['length-zero-first', post(['Content-Length: 0', 'Transfer-Encoding: chunked'], '0\r\n\r\n' + next)],
  ['length-zero-last', post(['Transfer-Encoding: chunked', 'Content-Length: 0'], '0\r\n\r\n' + next)],
  ['length-first-gzip', post(['Content-Length: 3', 'Transfer-Encoding: gzip'], 'abc' + next)],
  ['length-last-gzip', post(['Transfer-Encoding: gzip', 'Content-Length: 3'], 'abc' + next)],
  ['length-last-empty', post(['Transfer-Encoding:', 'Content-Length: 3'], 'abc' + next)],
  ['length-first-empty', post(['Content-Length: 3', 'Transfer-Encoding:'], 'abc' + next)],
  ['length-first-identity', post(['Content-Length: 3', 'Transfer-Encoding: identity'], 'abc' + next)],
  ['length-first-lenient', post(['Content-Length: 3', 'Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n' + next), lenient],
  ['length-last-lenient', post(['Transfer-Encoding: chunked', 'Content-Length: 3'], '3\r\nabc\r\n0\r\n\r\n' + next), lenient],
  ['length-first-gzip-lenient', post(['Content-Length: 3', 'Transfer-Encoding: gzip'], 'abc' + next), lenient],
  ['length-apart', post(['Content-Length: 3', 'X: y', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
  ['length-apart-2', post(['Transfer-Encoding: chunked', 'X: y', 'Content-Length: 3'], '0\r\n\r\n')],
  ['te-header', post('TE: chunked', next)],
];

const ok = '\r\nabc\r\n0\r\n\r\n' + next;
const sizes = {
  'plain': '3', 'leading-zero': '03', 'many-zeros': '0'.repeat(30) + '3', 'hex-prefix': '0x3', 'plus': '+3', 'minus': '-3', 'underscore': '0_3', 'letter': '3G', 'letter-first': 'G', 'empty': '', 'space-first': ' 3', 'space-last': '3 ', 'tab-last': '3\t', 'tab-first': '\t3', 'spaces-last': '3   ',
  'sixteen-digits': '0000000000000003', 'seventeen-digits': '00000000000000003', '2-64': '10000000000000000', '2-64-3': '10000000000000003', 'sixteen-f': 'ffffffffffffffff', 'seventeen-f': 'fffffffffffffffff', '2-63': '8000000000000000', 'comma': '3,', 'nul': '3\0', 'high': '3\xb2', 'quote': '"3"', 'dot': '3.0',
};
areas['chunk-size'] = [
  ...table(sizes, (s) => chunked(s + ok)),
  ...suffix('-lenient', table({ 'space-last': '3 ', 'tab-last': '3\t', 'space-first': ' 3', 'spaces-last': '3   ', 'hex-prefix': '0x3', 'letter': '3G', 'seventeen-f': 'fffffffffffffffff' }, (s) => chunked(s + ok), lenient)),
  ['hex-lower', chunked('a\r\n0123456789\r\n0\r\n\r\n')],
  ['hex-upper', chunked('A\r\n0123456789\r\n0\r\n\r\n')],
  ['hex-two', chunked('1F\r\n' + 'z'.repeat(31) + '\r\n0\r\n\r\n')],
  ['none', chunked('\r\n\r\n')],
  ['bad-byte', chunked('\xff')],
];
areas['chunk-ends'] = [
  ...table({
    'size-lf': '3\nabc\r\n0\r\n\r\n', 'size-cr-x': '3\rXabc\r\n0\r\n\r\n', 'size-cr-cr': '3\r\r\nabc\r\n0\r\n\r\n', 'size-cr-only': '3\rabc\r\n0\r\n\r\n', 'data-no-crlf': '3\r\nabc0\r\n\r\n', 'data-lf': '3\r\nabc\n0\r\n\r\n', 'data-cr': '3\r\nabc\r0\r\n\r\n', 'data-longer': '3\r\nabcd\r\n0\r\n\r\n', 'data-shorter': '5\r\nabc\r\n0\r\n\r\n',
    'data-cr-cr': '3\r\nabc\r\r\n0\r\n\r\n', 'last-xx': '0\r\nXX', 'last-lf': '0\n', 'last-lf-lf': '0\n\n', 'last-crlf-lf': '0\r\n\n', 'last-zeros': '000\r\n\r\n', 'last-cr-x': '0\r\n\rX', 'last-cr-cr': '0\r\n\r\r\n', 'last-zeros-many': '0'.repeat(40) + '\r\n\r\n', 'last-space': '0 \r\n\r\n', 'crlf-extra': '3\r\nabc\r\n\r\n0\r\n\r\n', 'two-last': '0\r\n\r\n0\r\n\r\n',
  }, (b) => chunked(b + next)),
  ...suffix('-lenient', table({
    'size-lf': '3\nabc\r\n0\r\n\r\n', 'size-cr-x': '3\rXabc\r\n0\r\n\r\n', 'size-cr-only': '3\rabc\r\n0\r\n\r\n', 'data-no-crlf': '3\r\nabc0\r\n\r\n', 'data-lf': '3\r\nabc\n0\r\n\r\n', 'data-cr': '3\r\nabc\r0\r\n\r\n', 'last-lf': '0\n\r\n', 'last-lf-lf': '0\n\n', 'last-crlf-lf': '0\r\n\n', 'last-cr-x': '0\r\n\rX', 'data-longer': '3\r\nabcd\r\n0\r\n\r\n',
  }, (b) => chunked(b + next), lenient)),
  ...table({ 'head': '', 'size': '3', 'size-cr': '3\r', 'size-line': '3\r\n', 'data': '3\r\nab', 'data-full': '3\r\nabc', 'data-cr': '3\r\nabc\r', 'data-crlf': '3\r\nabc\r\n', 'last': '3\r\nabc\r\n0', 'last-cr': '3\r\nabc\r\n0\r', 'last-line': '3\r\nabc\r\n0\r\n', 'last-line-cr': '3\r\nabc\r\n0\r\n\r', 'all': '3\r\nabc\r\n0\r\n\r\n', 'extension': '3;a=b', 'trailer': '0\r\nX: y' },
    (b) => chunked(b)).flatMap(([n, i]) => [[`cut-${n}`, i], [`cut-${n}-eof`, i, eof]]),
];
areas['chunk-extension'] = [
  ...table({
    'name': ';a', 'value': ';a=b', 'two': ';a=b;c', 'quoted': ';a="b c"', 'quoted-escape': ';a="b\\"c"', 'quoted-open': ';a="b', 'quoted-crlf': ';a="b\r\n"', 'quoted-lf': ';a="b\n"', 'quoted-nul': ';a="b\0"', 'quoted-high': ';a="\xe9"', 'quoted-del': ';a="\x7f"', 'quoted-tab': ';a="\t"', 'quoted-then-token': ';a="b"c', 'quoted-then-equals': ';a="b"=', 'quoted-then-space': ';a="b" ', 'quoted-twice': ';a="b""c"', 'quoted-then-ext': ';a="b";c="d"', 'quoted-empty': ';a=""', 'quoted-escape-cr': ';a="\\\r\n"', 'quoted-escape-nul': ';a="\\\0"',
    'bare': ';', 'bare-twice': ';;a', 'equals-only': ';=', 'equals-value': ';=b', 'no-value': ';a=', 'no-value-next': ';a=;b', 'two-equals': ';a=b=c', 'space-before': ' ;a', 'space-after': '; a', 'space-name': ';a b', 'space-equals': ';a =b', 'space-value': ';a= b', 'space-end': ';a=b ', 'tab': ';\ta', 'lf': ';a\n', 'cr': ';a\rb', 'nul': ';a\0', 'high': ';a\xe9', 'value-high': ';a=\xe9', 'del': ';a\x7f', 'comma': ';a,b', 'value-slash': ';a=b/c', 'quote-name': ';"a"', 'value-quote-inside': ';a=b"c"', 'crlf-crlf': ';a=b\r\nabc', 'token-specials': ";!#$%&'*+-.^_`|~=1",
  }, (e) => chunked('3' + e + ok)),
  ...suffix('-lenient', table({ 'bare': ';', 'space-before': ' ;a', 'lf': ';a\n', 'quoted-lf': ';a="b\n"', 'space-end': ';a=b ', 'cr': ';a\rb' }, (e) => chunked('3' + e + ok), lenient)),
  ['on-last', chunked('0;a=b\r\n\r\n' + next)],
  ['on-last-bare', chunked('0;\r\n\r\n' + next)],
  ['16000', chunked('3;' + 'a'.repeat(16000) + ok)],
  ['16384', chunked('3;' + 'a'.repeat(16384) + ok)],
  ['16385', chunked('3;' + 'a'.repeat(16385) + ok)],
  ['value-16383', chunked('3;a=' + 'b'.repeat(16383) + ok)],
  ['value-16384', chunked('3;a=' + 'b'.repeat(16384) + ok)],
  ['quoted-16384', chunked('3;a="' + 'b'.repeat(16384) + '"' + ok)],
  ['many-20000', chunked('3' + ';a=b'.repeat(5000) + ok)],
  ['three-times-10000', chunked(('1;' + 'a'.repeat(10000) + '\r\nx\r\n').repeat(3) + '0\r\n\r\n')],
  ['two-hundred-4096', chunked(('1;' + 'a'.repeat(4096) + '\r\nx\r\n').repeat(200) + '0\r\n\r\n')],
  ['two-hundred-small', chunked('1;a=b\r\nx\r\n'.repeat(200) + '0\r\n\r\n')],
];

areas.chunks = [
  ['one-byte-each', chunked('1\r\nx\r\n'.repeat(500) + '0\r\n\r\n' + next)],
  ['sizes-growing', chunked(Array.from({ length: 40 }, (_, i) => (i + 1).toString(16) + '\r\n' + 'q'.repeat(i + 1) + '\r\n').join('') + '0\r\n\r\n')],
  ['large', chunked('11170\r\n' + 'v'.repeat(70000) + '\r\n0\r\n\r\n' + next)],
  ['crlf-as-data', chunked('4\r\n\r\n\r\n\r\n0\r\n\r\n' + next)],
  ['looks-like-end', chunked('5\r\n0\r\n\r\n\r\n0\r\n\r\n' + next)],
  ['empty-body', chunked('0\r\n\r\n' + next)],
];

const trailer = (...lines) => chunked('3\r\nabc\r\n0\r\n' + lines.map((l) => l + crlf).join('') + crlf + next);
areas.trailer = [
  ...table({
    'one': 'X: y', 'empty-value': 'X:', 'two-same': 'X: 1\r\nX: 2', 'length': 'Content-Length: 5', 'length-bad': 'Content-Length: x', 'te': 'Transfer-Encoding: chunked', 'te-gzip': 'Transfer-Encoding: gzip', 'host': 'Host: b', 'authorization': 'Authorization: x', 'content-type': 'Content-Type: x', 'connection-close': 'Connection: close',
    'connection-upgrade': 'Connection: upgrade\r\nUpgrade: x', 'lf': 'X: y\nZ: a', 'cr': 'X: y\rZ: a', 'space-before-colon': 'X : y', 'no-colon': 'X', 'fold': 'X: y\r\n z', 'space-first': ' X: y', 'nul': 'X: \0', 'high': 'X: \xe9', 'name-high': '\xe9: y', 'empty-name': ': y', 'proto': '__proto__: 1', 'blank-value': 'X:   ', 'many': Array.from({ length: 50 }, (_, i) => `X-${i}: ${i}`).join(crlf), 'set-cookie': 'Set-Cookie: a=b\r\nSet-Cookie: c=d',
  }, (l) => trailer(l)),
  ...suffix('-lenient', table({ 'length': 'Content-Length: 5', 'te': 'Transfer-Encoding: chunked', 'fold': 'X: y\r\n z', 'nul': 'X: \0', 'lf': 'X: y\nZ: a' }, (l) => trailer(l), lenient)),
  ['none', trailer()],
  ['value-16000', trailer('X: ' + 'a'.repeat(16000))],
  ['value-16384', trailer('X: ' + 'a'.repeat(16384))],
  ['lines-100k', trailer(...Array.from({ length: 1000 }, (_, i) => `X-${1000 + i}: ${'a'.repeat(92)}`))],
  ['lines-2000', trailer(...Array.from({ length: 2000 }, () => 'X:y'))],
  ['lines-2001', trailer(...Array.from({ length: 2001 }, () => 'X:y'))],
  ['end-lf', chunked('0\r\nX: y\r\n\n' + next)],
  ['end-cr-x', chunked('0\r\nX: y\r\n\rX' + next)],
  ['eof-in-trailer', chunked('0\r\nX: y\r\n'), eof],
];

const big = (n) => 'a'.repeat(n);
areas.limits = [
  ['value-16000', get('X: ' + big(16000))],
  ['value-16360', get('X: ' + big(16360))],
  ['value-16377', get('X: ' + big(16377))],
  ['value-16378', get('X: ' + big(16378))],
  ['value-16379', get('X: ' + big(16379))],
  ['value-16384', get('X: ' + big(16384))],
  ['value-20000', get('X: ' + big(20000))],
  ['value-100000', get('X: ' + big(100000))],
  ['name-16000', get(big(16000) + ': x')],
  ['name-16384', get(big(16384) + ': x')],
  ['name-20000', get(big(20000) + ': x')],
  ['target-16000', `GET /${big(16000)} HTTP/1.1\r\n${host}\r\n`],
  ['target-16383', `GET /${big(16382)} HTTP/1.1\r\n${host}\r\n`],
  ['target-16384', `GET /${big(16383)} HTTP/1.1\r\n${host}\r\n`],
  ['target-20000', `GET /${big(20000)} HTTP/1.1\r\n${host}\r\n`],
  ['two-values', get('X: ' + big(8190), 'Y: ' + big(8190))],
  ['two-values-over', get('X: ' + big(8190), 'Y: ' + big(8300))],
  ['blanks-before', get('X:' + ' '.repeat(20000) + 'y')],
  ['blanks-after', get('X: y' + ' '.repeat(20000))],
  ['blanks-only', get('X:' + ' '.repeat(20000))],
  ['cut-in-value', `GET / HTTP/1.1\r\n${host}X: ${big(16400)}`],
  ['cut-in-name', `GET / HTTP/1.1\r\n${host}${big(16400)}`],
  ['cut-in-target', `GET /${big(16400)}`],
  ['many-short-lines', get(...Array.from({ length: 500 }, () => 'X: y'))],
  ['many-lines-over', get(...Array.from({ length: 180 }, (_, i) => `X-${100 + i}: ${big(90)}`))],
  ['lines-1023', get(...Array.from({ length: 1022 }, () => 'X:y'))],
  ['lines-2000', get(...Array.from({ length: 1999 }, () => 'X:y'))],
  ['lines-2001', get(...Array.from({ length: 2000 }, () => 'X:y'))],
  ['lines-2500', get(...Array.from({ length: 2499 }, () => 'X:y'))],
  ['lines-empty-values', get(...Array.from({ length: 1500 }, () => 'X:'))],
  ['lines-6000', get(...Array.from({ length: 6000 }, () => 'X: y'))],
  ['second-request-own-limit', get('X: ' + big(16000)) + get('X: ' + big(16000))],
  ['second-request-over', get() + get('X: ' + big(17000))],
  ['small-limit', get('X: ' + big(100)), { max_header_size: 100 }],
  ['small-limit-99', `GET / HTTP/1.1\r\nX: ${big(97)}\r\n\r\n`, { max_header_size: 100 }],
  ['small-limit-98', `GET / HTTP/1.1\r\nX: ${big(96)}\r\n\r\n`, { max_header_size: 100 }],
  ['large-limit', get('X: ' + big(60000)), { max_header_size: 65536 }],
  ['large-limit-over', get('X: ' + big(66000)), { max_header_size: 65536 }],
  ['trailer-own-limit', post(['Transfer-Encoding: chunked', 'X: ' + big(16000)], '0\r\nX: ' + big(16000) + '\r\n\r\n')],
  ['raw-bytes-over', get('X:' + ' '.repeat(140000) + 'y')],
  ['raw-bytes-below', get('X:' + ' '.repeat(130000) + 'y')],
  ['over-then-bad-name', get(big(17000) + '\x01: b')],
  ['over-then-bad-target', `GET /${big(17000)}\x01 HTTP/1.1\r\n${host}\r\n`],
  ['over-then-bad-value', get('X: ' + big(17000) + '\0')],
  ['value-over-lenient', get('X: ' + big(20000)), lenient],
];

areas.pipeline = [
  ['three', get() + get() + get()],
  ['mixed', get() + post('Content-Length: 2', 'ab') + chunked('1\r\nx\r\n0\r\n\r\n') + get()],
  ['bad-second', get() + 'BAD\r\n\r\n'],
  ['bad-third', get() + get() + 'GET / HTTP/1.1\r\nX : y\r\n\r\n'],
  ['bad-after-body', post('Content-Length: 2', 'abX')],
  ['second-cut', get() + 'GET / HT'],
  ['second-cut-eof', get() + 'GET / HT', eof],
  ['fifty', get().repeat(50)],
  ['smuggle-body', post('Content-Length: 6', '0\r\n\r\nG') + get()],
  ['smuggled-prefix', post(['Content-Length: 36'], 'GET /evil HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n') + get()],
  ['crlf-then-eof', get() + crlf, eof],
  ['close-middle', get() + get('Connection: close') + get()],
  ['overflow-after-good', get() + get() + get('X: ' + 'a'.repeat(20000))],
  ['expect', post(['Expect: 100-continue', 'Content-Length: 3'], 'abc' + next)],
  ['expect-other', post(['Expect: other', 'Content-Length: 3'], 'abc' + next)],
  ['post-close-eof', post(['Connection: close', 'Content-Length: 3'], 'abc'), eof],
];
