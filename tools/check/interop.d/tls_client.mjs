// Tests Node's https client with an https server of anode. The certificates are in TLS_PKI.
// usage: tls_client.mjs CASE TLS_VERSION URL [PROXY]
import assert from 'node:assert';
import {readFileSync} from 'node:fs';
import https from 'node:https';
import tls from 'node:tls';

const [name, version, url, proxy] = process.argv.slice(2);
const pem = (file) => readFileSync(`${process.env.TLS_PKI}/${file}`);
const at = new URL(url);
const trust = {ca: pem('root.pem'), servername: 'localhost', minVersion: version, maxVersion: version};
const body = (res) => new Promise((resolve, reject) => {
  const parts = [];
  res.on('data', (d) => parts.push(d)).on('end', () => resolve(Buffer.concat(parts)));
  res.on('error', reject).on('aborted', () => reject(new Error('aborted')));
});
const ask = (options, data) => new Promise((resolve, reject) => {
  const req = https.request({host: at.hostname, port: at.port, ...trust, ...options}, (res) => {
    const {authorized} = res.socket;
    const facts = {
      authorized, protocol: res.socket.getProtocol(), alpn: res.socket.alpnProtocol,
      resumed: res.socket.isSessionReused(), kept: req.reusedSocket, status: res.statusCode,
    };
    body(res).then((received) => resolve({...facts, body: received}), reject);
  });
  req.on('error', reject);
  req.end(data);
});
const code_of = (promise) => promise.then(() => 'none', (e) => e.code);

const cases = {
  async requests() {
    const agent = new https.Agent({keepAlive: true, maxSockets: 1});
    for (let i = 0; i < 50; ++i) {
      const a = await ask({agent, ALPNProtocols: ['http/1.1']});
      assert.equal(a.body.toString(), 'Hello World!\n');
      assert.deepEqual([a.authorized, a.protocol, a.alpn, a.kept], [true, version, 'http/1.1', i > 0]);
    }
    agent.destroy();
  },
  async resumption() {
    const agent = new https.Agent();
    const resumed = [];
    for (let i = 0; i < 5; ++i) {
      resumed.push((await ask({agent})).resumed);
    }
    assert.deepEqual(resumed, [false, true, true, true, true]);
  },
  async wrong_name() {
    assert.equal(await code_of(ask({servername: 'wrong.test'})), 'ERR_TLS_CERT_ALTNAME_INVALID');
  },
  async untrusted() {
    assert.equal(await code_of(ask({ca: pem('stranger.pem')})), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  },
  async certificate() {
    const a = await ask({cert: pem('ada.pem'), key: pem('ada.key')});
    assert.equal(a.body.toString(), 'Hello World!\n');
  },
  async no_certificate() {
    assert.equal(await code_of(ask({})), version === 'TLSv1.3' ?
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' : 'EPROTO');
    assert.notEqual(await code_of(ask({cert: pem('eve.pem'), key: pem('eve.key')})), 'none');
  },
  async upload() {
    const agent = new https.Agent({keepAlive: true});
    for (const size of [0, 1, 16384, 16385, 3_000_000]) {
      const data = Buffer.alloc(size, 'x');
      assert((await ask({agent, method: 'POST'}, data)).body.equals(data));
    }
    agent.destroy();
  },
  async renegotiation() {
    const socket = tls.connect({host: at.hostname, port: at.port, ...trust});
    await new Promise((resolve, reject) => socket.on('secureConnect', resolve).on('error', reject));
    socket.removeAllListeners('error');
    const error = await new Promise((resolve) => {
      socket.on('error', resolve).on('close', () => resolve(null));
      socket.renegotiate({}, resolve);
    });
    assert.match(error?.message ?? '', /no.renegotiation/i);
    socket.destroy();
  },
  async tunnel() {
    const to = new URL(proxy);
    const socket = await new Promise((resolve, reject) => {
      https.request({host: to.hostname, port: to.port, ...trust, method: 'CONNECT', path: at.host})
          .on('connect', (res, s) => res.statusCode === 200 ? resolve(s) : reject(res.statusCode))
          .on('error', reject)
          .end();
    });
    const inner = tls.connect({socket, ...trust});
    const a = await ask({agent: undefined, createConnection: () => inner});
    assert.equal(a.body.toString(), 'Hello World!\n');
    assert.equal(a.authorized, true);
    inner.destroy();
  },
};

await cases[name]();
process.exit(0);
