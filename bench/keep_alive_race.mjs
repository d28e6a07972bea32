// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// `bench_keep_alive_race run` for Node: same requests, same intervals.
// usage: node keep_alive_race.mjs PORT T REQUESTS LANES
import http from 'node:http';

const [port, idle, requests, lanes] = process.argv.slice(2).map(Number);
const all = { answered: 0, failed: 0, reused: 0, errors: new Map() };

function once(agent) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, agent }, (response) => {
      response.resume();
      response.on('end', () => {
        all.answered++;
        all.reused += request.reusedSocket ? 1 : 0;
        resolve();
      });
    });
    request.on('error', (error) => {
      all.failed++;
      const what = `${error.code}${request.reusedSocket ? ' reused' : ' fresh'}`;
      all.errors.set(what, (all.errors.get(what) ?? 0) + 1);
      resolve();
    });
  });
}

async function lane() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let i = 0; i < Math.floor(requests / lanes); i++) {
    await once(agent);
    await new Promise((resolve) => setTimeout(resolve, idle - 10 + Math.random() * 20));
  }
  agent.destroy();
}

await Promise.all(Array.from({ length: lanes }, lane));
console.log(`${all.answered} answered, ${all.reused} of them on a kept connection; ${all.failed} failed`);
for (const [what, count] of all.errors) console.log(`  ${count} ${what}`);
