// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Peers for comparison: http.get with an Agent, or undici's request if its module path is given.
// usage: node node_clients.mjs PORT IN_FLIGHT SECONDS [UNDICI]
// Prints: requests, seconds, seconds of CPU time.
import http from 'node:http';

const [port, inFlight, seconds, module] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}/hello`;
const connections = Number(inFlight);
let answered = 0;

async function withUndici() {
  const { Agent, request } = (await import(module)).default;
  const dispatcher = new Agent({ connections, pipelining: 1 });
  return async () => (await request(url, { dispatcher })).body.text();
}

function withAgent() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  return () =>
    new Promise((resolve, reject) => {
      const take = (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (piece) => { text += piece; });
        res.on('end', () => resolve(text));
      };
      http.get(url, { agent }, take).on('error', reject);
    });
}

async function lane(get) {
  for (;;) {
    if (await get() !== 'Hello World!\n') throw new Error('a wrong answer');
    ++answered;
  }
}

const get = module ? await withUndici() : withAgent();
for (let i = 0; i < connections; ++i) lane(get);
setTimeout(() => {
  const [before, start, cpu] = [answered, performance.now(), process.cpuUsage()];
  setTimeout(() => {
    const used = process.cpuUsage(cpu);
    console.log(answered - before, (performance.now() - start) / 1e3, (used.user + used.system) / 1e6);
    process.exit(0);
  }, Number(seconds) * 1e3);
}, 1000);
