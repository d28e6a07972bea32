// The places of a byte in a message, which is `@` in the input.

const places = {};

function add(name, kind, input, field, value, eof) {
  places[name] = { kind, input: input.replace(/\n/g, '\r\n'), field, value, eof };
}

/// Adds places in a field section, for requests and responses.
function field(name, lines, tested, behind = '') {
  const [of, value] = [tested?.[0], tested?.[1]];
  add(`request-${name}`, 'request', `POST / HTTP/1.1\nHost: a\n${lines}\n\n${behind}`, of, value);
  // The end of the connection ends a response without a length.
  add(`response-${name}`, 'response', `HTTP/1.1 200 OK\n${lines}\n\n${behind}`, of, value, true);
}

const plain = 'Content-Length: 0';
const chunks = '3\nabc\n0\n\n';

field('name', `${plain}\nX@Y: v`);
field('name-start', `${plain}\n@Y: v`);
field('name-end', `${plain}\nX@: v`);
field('value', `${plain}\nX: a@b`, ['x', 'a@b']);
field('value-start', `${plain}\nX: @b`, ['x', '@b']);
field('value-end', `${plain}\nX: a@`, ['x', 'a@']);
field('value-alone', `${plain}\nX:@`, ['x', '@']);
field('line-start', `${plain}\nX: a\n@b: c`, ['x', 'a']);
field('connection-close-end', `${plain}\nConnection: close@`, ['connection', 'close@']);
field('connection-close-start', `${plain}\nConnection: @close`, ['connection', '@close']);
field('connection-close-behind', `${plain}\nConnection: a@, close`, ['connection', 'a@, close']);
field('connection-close-before', `${plain}\nConnection: close, a@b`, ['connection', 'close, a@b']);
field('chunked-end', 'Transfer-Encoding: chunked@', ['transfer-encoding', 'chunked@'], chunks);
field('chunked-start', 'Transfer-Encoding: @chunked', ['transfer-encoding', '@chunked'], chunks);
field('chunked-behind', 'Transfer-Encoding: gzip@, chunked', ['transfer-encoding', 'gzip@, chunked'], chunks);
field('chunked-before', 'Transfer-Encoding: chunked, gzip@b', ['transfer-encoding', 'chunked, gzip@b'], chunks);
field('length-end', 'Content-Length: 3@', ['content-length', '3@'], 'abc');
field('length-start', 'Content-Length: @3', ['content-length', '@3'], 'abc');
field('length-inside', 'Content-Length: 0@3', ['content-length', '0@3'], 'abc');
field('upgrade', `${plain}\nConnection: Upgrade\nUpgrade: a@b`, ['upgrade', 'a@b']);
field('trailer-name', 'Transfer-Encoding: chunked', undefined, '3\nabc\n0\nX@Y: v\n\n');
field('trailer-value', 'Transfer-Encoding: chunked', ['x', 'a@b'], '3\nabc\n0\nX: a@b\n\n');
add('request-target', 'request', 'GET /a@b HTTP/1.1\nHost: a\n\n');
add('response-reason', 'response', 'HTTP/1.1 200 O@K\nContent-Length: 0\n\n');

export { places };
