// Tests Chromium's WebSocket: a page sends messages and checks the echoes. Chromium's debugging
// protocol drives the page; it needs only Node's WebSocket.
// usage: chromium_client.mjs CHROMIUM URL COUNT
import assert from 'node:assert';
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const [program, url, count] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
const chromium = spawn(program, [
  '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--no-proxy-server',
  '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank',
], {stdio: ['ignore', 'ignore', 'pipe']});
const limit = setTimeout(() => {
  console.error('chromium: not finished within 120 s');
  chromium.kill('SIGKILL');
  process.exit(1);
}, 120_000);

// Runs in the page, therefore it must not use names of this file.
const page = (target, total) => new Promise((resolve, reject) => {
  const ws = new WebSocket(target);
  ws.binaryType = 'arraybuffer';
  const message = (i) =>
    i % 2 ? `message ${i} ${'x'.repeat(i % 300)}` : new Uint8Array(i % 5000).fill(i);
  const same = (a, b) => typeof b === 'string' ?
    a === b : a.byteLength === b.length && new Uint8Array(a).every((x, i) => x === b[i]);
  let sent = 0;
  let received = 0;
  const more = () => {
    while (sent < total && sent - received < 32) {
      ws.send(message(sent++));
    }
  };
  ws.onopen = more;
  ws.onmessage = (e) => {
    if (!same(e.data, message(received))) {
      reject(new Error(`message ${received} came back otherwise`));
    }
    if (++received === total) {
      ws.close(1000, 'done');
    }
    more();
  };
  ws.onerror = () => reject(new Error('the connection failed'));
  ws.onclose = (e) => resolve({received, code: e.code, clean: e.wasClean,
                               agent: navigator.userAgent});
});

const debug = await new Promise((resolve, reject) => {
  let said = '';
  chromium.stderr.setEncoding('utf8');
  chromium.stderr.on('data', (d) => {
    said += d;
    const found = /DevTools listening on (ws:\S+)/.exec(said);
    if (found) {
      resolve(found[1]);
    }
  });
  chromium.on('error', reject);
  chromium.on('exit', () => reject(new Error(`chromium ended: ${said}`)));
});
const ws = new WebSocket(debug);
await new Promise((resolve) => ws.onopen = resolve);
const waiting = new Map();
let last = 0;
const call = (method, params, sessionId) => new Promise((resolve, reject) => {
  waiting.set(++last, {resolve, reject});
  ws.send(JSON.stringify({id: last, method, params, sessionId}));
});
ws.onmessage = (e) => {
  const {id, result, error} = JSON.parse(e.data);
  const who = waiting.get(id);
  waiting.delete(id);
  error ? who?.reject(new Error(error.message)) : who?.resolve(result);
};
try {
  const {targetId} = await call('Target.createTarget', {url: 'about:blank'});
  const {sessionId} = await call('Target.attachToTarget', {targetId, flatten: true});
  const began = Date.now();
  const {result, exceptionDetails} = await call('Runtime.evaluate', {
    expression: `(${page})(${JSON.stringify(url)}, ${Number(count)})`,
    awaitPromise: true,
    returnByValue: true,
  }, sessionId);
  assert(!exceptionDetails, exceptionDetails?.exception?.description);
  assert.equal(result.value.received, Number(count));
  assert.equal(result.value.code, 1000);
  assert(result.value.clean);
  const name = /\w*Chrome\/[\d.]+/.exec(result.value.agent)[0];
  console.log(`${name}: ${count} messages were echoed in ${Date.now() - began} ms`);
} finally {
  clearTimeout(limit);
  chromium.removeAllListeners('exit');
  const gone = new Promise((resolve) => chromium.on('exit', resolve));
  chromium.kill('SIGKILL');
  await gone;
  ws.close();
  rmSync(profile, {recursive: true, force: true, maxRetries: 5});
}
process.exit(0);
