// Tests Node's WebSocket: sends messages and checks the echoes.
// usage: websocket_client.mjs URL COUNT
import assert from 'node:assert';

const [url, count] = process.argv.slice(2);
const ws = new WebSocket(url);
ws.binaryType = 'arraybuffer';
let sent = 0;
let received = 0;
const message = (i) => i % 2 ? `message ${i} ${'x'.repeat(i % 300)}` : new Uint8Array(i % 5000).fill(i);
const same = (a, b) => typeof b === 'string' ? a === b : Buffer.from(a).equals(Buffer.from(b));
const began = Date.now();
const more = () => {
  while (sent < Number(count) && sent - received < 32) {
    ws.send(message(sent++));
  }
};
ws.onopen = more;
ws.onmessage = (e) => {
  assert(same(e.data, message(received)), `message ${received} came back otherwise`);
  if (++received === Number(count)) {
    ws.close(1000, 'done');
  }
  more();
};
ws.onerror = (e) => assert.fail(e.message);
ws.onclose = (e) => {
  assert.equal(received, Number(count));
  assert.equal(e.code, 1000);
  console.log(`node: ${received} messages were echoed in ${Date.now() - began} ms`);
};
