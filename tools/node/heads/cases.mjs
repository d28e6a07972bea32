// The cases for Node's head writer, recorded by record.mjs.
//
// A call is its name and its arguments, separated by blanks; %XX replaces special characters.
// Cases in which anode differs on purpose are in test/unit/http1/head_writer_test.cpp.

/// The properties of the request and the settings of the server.
export const peers = {
  '11': { version: [1, 1], keep: true },
  '11-close': { version: [1, 1], keep: false },
  '11-head': { version: [1, 1], keep: true, method: 'HEAD' },
  '11-max': { version: [1, 1], keep: true, reached: true, max: 3 },
  '11-max3': { version: [1, 1], keep: true, max: 3 },
  '11-timeout0': { version: [1, 1], keep: true, timeout: 0 },
  '11-withheld': { version: [1, 1], keep: true, withheld: true },
  '10': { version: [1, 0], keep: false },
  '10-te': { version: [1, 0], keep: true, te: 'chunked' },
  '10-head': { version: [1, 0], keep: false, method: 'HEAD' },
};

const own = [
  [], ['set X-A 1'], ['set X-One 1', 'set x-two 2', 'number X-Num 42', 'set X-Empty '],
  ['set X-One 1', 'set X-Mid m', 'set x-ONE 2'],
  ['append X-App 1', 'append x-app 2', 'append-list X-App 3 4', 'set X-Set a', 'append X-Set b'],
  ['set X-A 1', 'set X-B 2', 'remove x-a'], ['set X-A 1', 'set X-B 2', 'remove X-A', 'set X-A 3'],
  ['list X-Multi 1 2'], ['unique X-Multi', 'list X-Multi 1 2'], ['list X-Multi'],
  ['list Set-Cookie a=1;%20Path=/ b=2'], ['unique set-cookie', 'list Set-Cookie a=1 b=2'],
  ['list Cookie a=1 b=2', 'list X-C one'], ['list Cookie a=1'],
  ['map X-M 1 set-cookie a=1 X-N 2'],
  ['set X-L caf%e9'], ['set Date yesterday'], ['no-date'], ['remove Date'],
  ['remove Date', 'set Date today'], ['remove Connection'],
  ['remove Connection', 'set Connection close'], ['remove Content-Length'],
  ['remove Transfer-Encoding'], ['remove Content-Length', 'remove transfer-encoding'],
  ['remove Connection', 'remove Content-Length', 'remove Transfer-Encoding', 'remove Date'],
  ['set Connection close'], ['set Connection keep-alive'], ['set connection Close'],
  ['set Connection foo'], ['set Connection foo,%20close'], ['set Connection xclose'],
  ['set Connection closed'], ['set Connection x-close-y'], ['set Connection Upgrade'],
  ['set Connection _close'], ['set Connection '], ['list Connection foo close'],
  ['list Connection'], ['set Keep-Alive timeout=99,%20max=7'],
  ['set Keep-Alive timeout=1', 'set Connection keep-alive'],
  ['number Content-Length 4'], ['set content-length 4'], ['set Content-Length 0004'],
  ['set Content-Length 18446744073709551615'],
  ['number Content-Length 4', 'set Connection close'], ['number Content-Length 4', 'remove Connection'],
  ['set Transfer-Encoding chunked'], ['set Transfer-Encoding CHUNKED'],
  ['set Transfer-Encoding gzip,%20chunked'], ['list Transfer-Encoding gzip chunked'],
  ['remove Transfer-Encoding', 'set Transfer-Encoding chunked'],
  ['set Trailer X-T'], ['set Trailer X-T', 'set Transfer-Encoding chunked'],
  ['set Trailer X-T', 'number Content-Length 4'],
];
const ends = [['end body'], ['end'], ['write body'], ['flush']];
const statuses = [['status 204'], ['status 304'], ['status 205'], ['status 299'], ['status 999'],
  ['status 418']];
const statusCalls = [[], ['set Transfer-Encoding chunked'], ['number Content-Length 4'],
  ['set Connection keep-alive']];
const heads = [
  ['head 200'], ['head 404 Content-Type text/plain'], ['head 204'], ['head 99'], ['head 1000'],
  ['head -1'], ['head 200 X%20A 1'], ['head 200 X-A a%0ab'], ['head-reason 404 Nope'],
  ['head-reason 200 '], ['head-reason 200 a%0d%0aX:%20y'], ['reason Two%20Words', 'end'],
  ['reason ', 'end'], ['reason caf%e9', 'end'], ['reason a%0d%0aX:%20y', 'end'],
  ['status 99', 'end'], ['status 1000', 'end'], ['reason Fine', 'head 201'],
  ['set X-A set', 'set X-B set', 'head 200 x-a head X-C head'],
  ['head 200 X-A 1 x-a 2'], ['head 200 X-A 1 x-b 4'],
  ['head-flat 200 X-A 1 X-A 2 x-b 3'], ['head-flat 200 X-A'],
  ['set X-A set', 'set X-K keep', 'head-flat 200 x-a 1 X-A 2 X-Z 3'],
  ['set X-K keep', 'head-flat 200 X-A'], ['head-pairs 200 X-A 1 X-A 2'],
  ['set X-A 1', 'remove X-A', 'head-flat 200 X-B 1 x-b 2'],
  ['remove X-A', 'head-flat 200 X-B 1 x-b 2'],
  ['head 200 Connection close X-A 1'], ['head 200 Trailer X-T'],
  ['head 200 Trailer X-T Content-Length 4'], ['head 200 Content-Length 4'],
  ['set Connection keep-alive', 'head-flat 200 Connection close'],
  ['set X 1', 'head-flat 200 Date now'], ['set X 1', 'head 200 Content-Length 12'],
  ['set a%20b 1'], ['set  1'], ['set a:b 1'], ['set X a%0db'], ['set X a%0ab'], ['set X a%00b'],
  ['set X a%7fb'], ['list X ok a%0ab'], ['set X a%09b', 'end'], ['append a%0d 1'], ['append X %0a'],
];

/// Responses: the name of the peer and the calls.
export function* responses() {
  for (const peer of Object.keys(peers)) {
    const many = peer === '11' || peer === '10';
    for (const calls of own)
      for (const end of many ? ends : ends.slice(0, 1)) yield [peer, [...calls, ...end]];
    for (const status of statuses)
      for (const calls of statusCalls)
        for (const end of ends.slice(0, 2)) yield [peer, [...status, ...calls, ...end]];
    if (many) for (const calls of heads) yield [peer, calls];
  }
}

/// The options of the client.
export const clients = (http) => ({
  'agent': {},
  'agent-without-keep-alive': { agent: new http.Agent() },
  'agent-with-max-sockets': { agent: new http.Agent({ maxSockets: 1 }) },
  'bare': { setDefaultHeaders: false },
  'bare-host': { setDefaultHeaders: false, setHost: true },
});

// Bodies that Node sends without framing are excluded.
const bodyless = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'];
const bodied = ['POST', 'PUT', 'PATCH', 'PROPFIND', 'QUERY', 'FOO'];
const requestCalls = [
  ['set Connection close', 'end'], ['set Connection foo', 'end'], ['remove Connection', 'end'],
  ['set Connection Upgrade', 'set Upgrade x', 'end'], ['remove Content-Length', 'end'],
  ['remove Transfer-Encoding', 'end'], ['remove Host', 'end'], ['set host other', 'end'],
  ['list X-M 1 2', 'end'], ['list Cookie a=1 b=2', 'end'], ['set X-L caf%e9', 'end'],
  ['unique X-M', 'list X-M 1 2', 'end'], ['set Transfer-Encoding gzip,%20chunked', 'end body'],
  ['set Keep-Alive x', 'end'], ['set X a%0ab', 'end'], ['set a%20b 1', 'end'],
];

/// Requests: the name of the client, the method and the calls.
export function* requests() {
  for (const client of Object.keys(clients({ Agent: class {} }))) {
    const bare = client.startsWith('bare');
    for (const method of [...bodyless, ...bodied]) {
      const few = bodyless.includes(method) || bare;
      for (const end of few ? [['end'], ['flush']] : ends) yield [client, method, end];
      for (const calls of [['set Transfer-Encoding chunked'], ['number Content-Length 4']])
        for (const end of [['end body'], ['write body']]) yield [client, method, [...calls, ...end]];
    }
  }
  for (const calls of requestCalls)
    for (const method of ['GET', 'POST']) yield ['agent', method, calls];
  yield ['agent', 'POST', ['set Trailer X-T', 'end body']];
  yield ['agent', 'POST', ['set Trailer X-T', 'write body']];
  yield ['agent', 'POST', ['set Trailer X-T', 'number Content-Length 4', 'end body']];
  yield ['agent', 'GET', ['set Trailer X-T', 'end']];
}

const names = ['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from',
  'host', 'if-modified-since', 'if-unmodified-since', 'last-modified', 'location', 'max-forwards',
  'proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent', 'set-cookie', 'cookie',
  'date', 'vary', 'accept', 'x-forwarded-for', 'transfer-encoding', 'toString',
  'Content_Length', 'REMOTE_ADDR', '1', '10', '9', '01', '4294967294', '4294967295', '99999999999'];
const upper = (name) => name.replace(/(^|-)([a-z])/g, (text) => text.toUpperCase());

/// Received headers: flat lists of names and values.
export function* received() {
  yield [];
  for (const name of names) {
    yield [name, 'a'];
    yield [upper(name), 'a', 'X', 'x', name, 'b'];
    yield ['x', '', name, '', upper(name), 'b', name.toUpperCase(), 'c', 'X', 'y'];
  }
  // Many names in random order, from a generator with a fixed seed.
  let seed = 1;
  const draw = (n) => { seed = (seed * 48271) % 2147483647; return seed % n; };
  for (let size = 2; size < 40; ++size) {
    const list = [];
    for (let i = 0; i < size; ++i) {
      const name = names[draw(names.length)];
      list.push(draw(2) ? name : upper(name), `v${i}`);
    }
    yield list;
  }
}
