// Seeded mutations of HTTP/1 bytes for the differential fuzzer.

/// Returns a function that returns the next random number in [0, n). Equal seeds give equal
/// numbers.
export function random(seed) {
  let a = (seed * 2654435761) >>> 0;
  return (n) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

const dictionary = [
  'HTTP/1.1 200 OK\r\n', 'HTTP/1.0 200\r\n', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', 'HTTP/1.1 204 X\r\n', 'HTTP/1.1 304 X\r\n', ' 404 ',
  'GET', 'POST', 'HEAD', 'CONNECT', 'OPTIONS', 'PRI', 'SOURCE', 'M-SEARCH', 'QUERY', ' / ', ' * ', 'http://a/', 'a:80', '/?x#y',
  ' HTTP/1.1', ' HTTP/1.0', ' HTTP/0.9', ' HTTP/2.0', ' RTSP/1.0', ' ICE/1.0', 'HTTP/', '\r\n', '\n', '\r', '\r\n\r\n', '\r\n ', '\r\n\t', ' ', '\t', '  ', ':', ': ', ' :', ',', ', ', ';', '=', '"', '\\', '\0', '\x7f', '\x80', '\xff', '\x01', '\x0b', '\x0c', '\xa0',
  'Host: a\r\n', 'Host: b\r\n', 'Host:\r\n', 'Content-Length: 0\r\n', 'Content-Length: 3\r\n', 'Content-Length: 10\r\n', 'content-length:5\r\n', 'Content-Length:', 'Content-Length: 18446744073709551615\r\n', 'Transfer-Encoding: chunked\r\n', 'transfer-encoding:chunked\r\n', 'Transfer-Encoding: gzip, chunked\r\n', 'Transfer-Encoding: identity\r\n', 'Transfer-Encoding:', 'Transfer-Encoding: \r\n',
  'chunked', 'gzip', 'identity', 'Connection: close\r\n', 'Connection: keep-alive\r\n', 'Connection: Upgrade\r\nUpgrade: x\r\n', 'Proxy-Connection: close\r\n', 'Connection:', 'Upgrade: h2c\r\n', 'close', 'keep-alive', 'upgrade', 'Expect: 100-continue\r\n', 'Trailer: X\r\n', 'X: y\r\n', 'X:\r\n', 'X : y\r\n', ' X: y\r\n', '__proto__: 1\r\n',
  '0\r\n\r\n', '0\r\n', '3\r\nabc\r\n', '5;a=b\r\nhello\r\n', '3;a="b;c"\r\nabc\r\n', '0\r\nX: y\r\n\r\n', 'ffffffffffffffff\r\n', '00000000000000003\r\nabc\r\n', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'GET / HTTP/1.0\r\n\r\n', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
];
const ends = ['\n', '\r', '\r\r\n', '\n\n', '\n\r', '\r\n\r', '\r\n\r\n', '\r\n\t', '\r\n ', ' \r\n', '\t\r\n', '\0\r\n', ''];
const numbers = ['0', '1', '3', '00', '03', '10', 'a', 'F', '-1', '+3', '0x3', '3 ', ' 3', '3;', '16384', '2147483648', '4294967296', '9007199254740993', '9223372036854775808', '18446744073709551615', '18446744073709551616', 'fffffffffffffff', 'ffffffffffffffff', '10000000000000000', '0000000000000000000003'];
const bytes = '\r\n\0 \t:;,"\\=\x7f\x80\xff/?#*@[]%-_aAzZ09gG\x0b\x0c\x1f\x85\xa0';
const biggest = 40000;

const insert = (s, at, what) => s.slice(0, at) + what + s.slice(at);
const pick = (rnd, list) => list[rnd(list.length)];

/// Returns the offsets at which `what` occurs in `s`.
function places(s, what) {
  const out = [];
  for (let i = s.indexOf(what); i >= 0; i = s.indexOf(what, i + 1)) out.push(i);
  return out;
}

const mutators = [
  function setByte(s, rnd) {
    const at = rnd(s.length);
    return s.slice(0, at) + (rnd(3) ? pick(rnd, bytes) : String.fromCharCode(rnd(256))) + s.slice(at + 1);
  },
  function flipBit(s, rnd) {
    const at = rnd(s.length);
    return s.slice(0, at) + String.fromCharCode(s.charCodeAt(at) ^ (1 << rnd(8))) + s.slice(at + 1);
  },
  function insertByte(s, rnd) {
    return insert(s, rnd(s.length + 1), pick(rnd, bytes));
  },
  function insertToken(s, rnd) {
    return insert(s, rnd(s.length + 1), pick(rnd, dictionary));
  },
  function insertLine(s, rnd) {
    const at = places(s, '\r\n');
    return at.length ? insert(s, pick(rnd, at) + 2, pick(rnd, dictionary)) : s;
  },
  function replaceByToken(s, rnd) {
    const at = rnd(s.length);
    return s.slice(0, at) + pick(rnd, dictionary) + s.slice(at + rnd(12));
  },
  function removeRange(s, rnd) {
    const at = rnd(s.length);
    return s.slice(0, at) + s.slice(at + 1 + rnd(rnd(4) ? 4 : s.length));
  },
  function repeatRange(s, rnd) {
    const at = rnd(s.length);
    const end = at + 1 + rnd(rnd(2) ? 8 : s.length - at);
    return insert(s, end, s.slice(at, end).repeat(1 + rnd(rnd(8) ? 2 : 200)));
  },
  function splice(s, rnd, seeds) {
    const other = pick(rnd, seeds);
    if (rnd(2)) return s.slice(0, rnd(s.length + 1)) + other.slice(rnd(other.length + 1));
    const a = places(s, '\r\n');
    const b = places(other, '\r\n');
    return a.length && b.length ? s.slice(0, pick(rnd, a) + 2) + other.slice(pick(rnd, b) + 2) : s;
  },
  function append(s, rnd, seeds) {
    return rnd(2) ? s + pick(rnd, seeds) : pick(rnd, seeds) + s;
  },
  function shuffleLines(s, rnd) {
    const lines = s.split('\r\n');
    if (lines.length < 4) return s;
    const i = 1 + rnd(lines.length - 2);
    const j = 1 + rnd(lines.length - 2);
    [lines[i], lines[j]] = [lines[j], lines[i]];
    return lines.join('\r\n');
  },
  function changeEnd(s, rnd) {
    const at = places(s, '\r\n');
    if (!at.length) return s;
    const i = pick(rnd, at);
    return s.slice(0, i) + pick(rnd, ends) + s.slice(i + 2);
  },
  function changeCase(s, rnd) {
    const at = rnd(s.length);
    const c = s[at];
    return s.slice(0, at) + (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()) + s.slice(at + 1);
  },
  function changeNumber(s, rnd) {
    const found = [...s.slice(0, 3000).matchAll(/[0-9]+/g)];
    if (!found.length) return s;
    const m = pick(rnd, found);
    return s.slice(0, m.index) + pick(rnd, numbers) + s.slice(m.index + m[0].length);
  },
  function cut(s, rnd) {
    return s.slice(0, rnd(s.length + 1));
  },
];

/// Returns input number `index` of the sequence `seed`: `{input, cuts}` and the flags `lenient`
/// (insecureHTTPParser), `upgrade` (the server accepts upgrades), `eof` (the peer half-closes) and
/// `host` (requireHostHeader).
/// For responses: `method`, the method of the request.
/// @param kind request or response
/// @param good inputs that Node accepts: most mutations start from them
/// @param all all inputs
export function mutate(kind, seed, index, good, all) {
  const rnd = random(seed * 1000003 + index);
  const seeds = rnd(6) ? good : all;
  let s = pick(rnd, seeds);
  for (let n = rnd(2) ? 1 : 1 + rnd(rnd(4) ? 2 : 8); n > 0 || s.length === 0; --n) {
    s = s.length === 0 ? pick(rnd, seeds) || 'G' : pick(rnd, mutators)(s, rnd, seeds);
    s = s.replace(/[^\0-\xff]/g, 'x').slice(0, biggest);
  }
  const cuts = Array.from({ length: rnd(2) ? 0 : 1 + rnd(3) }, () => rnd(s.length + 1)).sort((a, b) => a - b);
  // A server that rejects a request without Host closes the connection behind the bytes it has
  // read.
  const method = pick(rnd, ['GET', 'GET', 'GET', 'HEAD', 'CONNECT']);
  return { kind, method, input: s, lenient: rnd(8) === 0, upgrade: rnd(3) === 0, eof: rnd(4) === 0, host: cuts.length === 0, cuts };
}
