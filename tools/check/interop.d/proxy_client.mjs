// Tests Node's http client, and undici if it can be imported, with a forward proxy.
// usage: proxy_client.mjs PROXY ORIGIN
import assert from 'node:assert';
import http from 'node:http';

const [proxy, origin] = process.argv.slice(2).map((text) => new URL(text));
const agent = new http.Agent({keepAlive: true});
const body = (res) => new Promise((resolve, reject) => {
  let text = '';
  res.setEncoding('latin1');
  res.on('data', (d) => text += d).on('end', () => resolve(text)).on('error', reject);
});
const ask = (options, data) => new Promise((resolve, reject) => {
  const req = http.request({agent, ...options}, resolve);
  req.on('error', reject);
  req.end(data);
});

let reused = 0;
for (let i = 0; i < 100; ++i) {
  const res = await ask({
    host: proxy.hostname, port: proxy.port, method: 'POST', path: `${origin.href}echo`,
    headers: {Host: origin.host},
  }, `body ${i}`);
  assert.equal(res.statusCode, 200);
  assert.equal(await body(res), `body ${i}`);
  assert.equal(res.trailers['x-length'], String(`body ${i}`.length));
  reused += res.req.reusedSocket ? 1 : 0;
}
assert.equal(reused, 99);

const hints = [];
await new Promise((resolve, reject) => {
  const req = http.get({
    agent, host: proxy.hostname, port: proxy.port, path: `${origin.href}hints`,
    headers: {Host: origin.host},
  }, (res) => body(res).then(resolve));
  req.on('information', (i) => hints.push(i.statusCode)).on('error', reject);
});
assert.deepEqual(hints, [103]);

const tunnelled = await new Promise((resolve, reject) => {
  http.request({host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: origin.host})
      .on('connect', (res, socket) => {
        assert.equal(res.statusCode, 200);
        ask({agent: undefined, createConnection: () => socket, path: '/echo', method: 'PUT',
             headers: {Host: origin.host}}, 'tunnel').then(body).then(resolve, reject);
      })
      .on('error', reject)
      .end();
});
assert.equal(tunnelled, 'tunnel');
agent.destroy();
console.log('node: 100 requests on one connection, 103, a tunnel');

const {ProxyAgent, fetch} = await import(process.env.UNDICI ?? 'undici').catch(() => ({}));
if (ProxyAgent) {
  for (const options of [{}, {proxyTunnel: false}]) {
    const dispatcher = new ProxyAgent({uri: proxy.href, ...options});
    const answers = await Promise.all([...Array(50).keys()].map(async (i) => {
      const res = await fetch(`${origin.href}echo`, {dispatcher, method: 'POST', body: `u${i}`});
      return res.text();
    }));
    assert.deepEqual(answers, [...Array(50).keys()].map((i) => `u${i}`));
    await dispatcher.close();
  }
  console.log('undici: 50 requests by tunnels, 50 in absolute form or by tunnels');
} else {
  console.log('undici: not found');
}
