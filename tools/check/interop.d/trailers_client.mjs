// Tests trailers in both directions: Node's http client requests `upstream.mjs` through a proxy.
// usage: trailers_client.mjs URL
import assert from 'node:assert';
import http from 'node:http';

const [url] = process.argv.slice(2);
const ask = (trailers) => new Promise((resolve, reject) => {
  const req = http.request(`${url}/trailers`, {
    method: 'POST',
    headers: {'Transfer-Encoding': 'chunked', Trailer: 'X-Sum, X-Sum2, Authorization'},
  }, (res) => {
    let text = '';
    res.setEncoding('utf8');
    res.on('data', (d) => text += d).on('error', reject);
    res.on('end', () => resolve({seen: JSON.parse(text), headers: res.headers,
                                 trailers: res.rawTrailers}));
  });
  req.on('error', reject);
  req.write('one');
  req.write('two');
  req.addTrailers(trailers);
  req.end();
});

for (let i = 0; i < 20; ++i) {
  const {seen, headers, trailers} = await ask({'X-Sum': `up ${i}`, 'X-Sum2': '2'});
  assert.deepEqual(seen, {body: 'onetwo', trailers: ['X-Sum', `up ${i}`, 'X-Sum2', '2']});
  assert.equal(headers.trailer, 'X-Down, X-Down2');
  assert.deepEqual(trailers, ['X-Down', 'down', 'X-Down2', '2']);
}
const {seen} = await ask({'X-Sum': '1', 'Authorization': 'Basic eA==', 'Host': 'b'});
assert.deepEqual(seen, {body: 'onetwo', trailers: ['X-Sum', '1']});
console.log('node: trailers in both directions, 20 times, without those for routing and authorization');
