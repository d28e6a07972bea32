// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Runs one request for each point of its life and each action at that point, and writes Node's
// events as a line: "agent point act", tab, the events.
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';

const points = ['made', 'ended', 'queued', 'socket', 'sent', 'continue', 'response', 'data', 'end', 'close'];
const ours = ['none', 'destroy', 'destroy-error', 'abort', 'signal'];
const ofResponse = ['res.destroy', 'res.destroy-error'];
const ofPeer = ['fin', 'reset'];

function acts(point) {
  const all = [...ours];
  if (['response', 'data', 'end', 'close'].includes(point)) all.push(...ofResponse);
  if (['sent', 'continue', 'response', 'data'].includes(point)) all.push(...ofPeer);
  return point === 'ended' ? all : all.filter((a) => a !== 'none');
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function run(kind, point, act) {
  const events = [];
  let peer = null;
  let heardRequest;
  const requestHeard = new Promise((done) => { heardRequest = done; });
  const whole = point === 'end' || point === 'close' || (point === 'ended' && act === 'none');
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    let heard = '';
    socket.on('data', async (bytes) => {
      heard += bytes;
      if (!heard.includes('\r\n\r\n')) return;
      if (heard.startsWith('GET /first')) {
        heard = '';
        await pause(40);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      heard = '';
      peer = socket;
      heardRequest();
      if (point === 'sent') return;
      if (point === 'continue') {
        socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        return;
      }
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n');
      if (point === 'response') return;
      await pause(10);
      socket.write('abc');
      await pause(10);
      if (whole) socket.write('defghi');
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const agent = new http.Agent({ keepAlive: kind === 'keep', maxSockets: point === 'queued' ? 1 : Infinity });
  const port = server.address().port;
  let first = null;
  if (point === 'queued') {
    first = http.get({ agent, port, host: '127.0.0.1', path: '/first' }, (r) => r.resume());
    first.on('error', () => {});
  }
  const abort = new AbortController();
  const req = http.request({
    agent, port, host: '127.0.0.1', path: '/', signal: abort.signal, method: 'GET',
    headers: point === 'continue' ? { Expect: '100-continue' } : {},
  });
  let res = null;
  const custom = Object.assign(new Error('custom'), { code: 'ETIMEDOUT' });
  let done = false;
  const doAct = () => {
    if (done) return;
    done = true;
    events.push('*');
    switch (act) {
      case 'destroy': req.destroy(); break;
      case 'destroy-error': req.destroy(custom); break;
      case 'abort': req.abort(); break;
      case 'signal': abort.abort(); break;
      case 'res.destroy': res.destroy(); break;
      case 'res.destroy-error': res.destroy(custom); break;
      case 'fin': peer.end(); break;
      case 'reset': peer.resetAndDestroy(); break;
      default: break;
    }
  };
  const at = (where) => { if (where === point && act !== 'none') doAct(); };
  const note = (name) => () => events.push(name);
  req.on('socket', () => { events.push('socket'); at('socket'); });
  req.on('finish', note('finish'));
  req.on('continue', () => { events.push('continue'); at('continue'); });
  req.on('information', (i) => events.push('information ' + i.statusCode));
  req.on('abort', note('abort'));
  req.on('error', (e) => events.push('error ' + e.code));
  req.on('close', () => { events.push('close'); at('close'); });
  req.on('response', (r) => {
    res = r;
    events.push('response ' + r.statusCode);
    r.on('aborted', note('res.aborted'));
    r.on('data', (d) => { events.push('data ' + d); at('data'); });
    r.on('end', () => { events.push('res.end'); at('end'); });
    r.on('error', (e) => events.push('res.error ' + e.code));
    r.on('close', note('res.close'));
    at('response');
  });
  if (point === 'made' && act !== 'none') {
    doAct();
  } else {
    req.end();
    if (point === 'ended' && act !== 'none') doAct();
  }
  if (point === 'sent') await requestHeard;
  if (point === 'queued' || point === 'sent') {
    await pause(10);
    doAct();
  }
  await pause(150);
  // Events caused by the end of the run do not count.
  const told = events.filter((e) => e !== '*').join(', ');
  const after = events.slice(events.indexOf('*') + 1).join(', ');
  agent.destroy();
  req.destroy();
  server.close();
  server.closeAllConnections?.();
  if (peer) peer.destroy();
  return act === 'none' ? told : after;
}

const lines = [];
for (const kind of ['keep', 'once']) {
  for (const point of points) {
    for (const act of acts(point)) {
      lines.push(`${kind} ${point} ${act}\t${await run(kind, point, act)}`);
    }
  }
}
fs.mkdirSync(process.argv[2], { recursive: true });
fs.writeFileSync(`${process.argv[2]}/events.tsv`, lines.sort().join('\n') + '\n');
process.exit(0);
