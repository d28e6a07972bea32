// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Node's side of the client scenarios. It reads scenarios as JSON lines from standard input,
// performs them with node:http, and writes events as JSON lines. test/conformance/client/main.cpp
// is anode's side.
//
//   in   {"id":1,"run":{...},"ports":[8080]}   starts a scenario
//   in   {"id":1,"tell":"name"}                resumes {"op":"until","req":"server","event":"name"}
//   in   {"cleanup":1}                         destroys all objects of the scenario
//   out  {"id":1,"ev":["a","response",{...}]}  reports an event
//   out  {"id":1,"done":true}                  the scenario has ended
//
// A scenario of kind `client` (the default) has one or more requests; each is started and its ops
// are performed before the next. A scenario of kind `agent` has steps. `agents` names the agents.
import http from 'node:http';
import net from 'node:net';
import readline from 'node:readline';
import { fold, toLine, unfold } from '../lib/bytes.mjs';

const running = new Map();
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const sorted = (object) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
const bytes = (value) => Buffer.from(unfold(value), 'latin1');
const latin1 = (buffer) => Buffer.from(buffer).toString('latin1');
const failure = (e) => ({ code: e.code ?? null, message: e.message });

class Scenario {
  constructor(id, what, ports) {
    Object.assign(this, { id, what, ports, requests: {}, agents: {}, others: [], told: [] });
    this.last = performance.now();
    this.listeners = new Set();
    this.over = false;
  }

  event(who, name, fields) {
    if (this.over) return;
    const ev = fields === undefined ? [who, name] : [who, name, this.masked(fields)];
    process.stdout.write(toLine({ id: this.id, ev }) + '\n');
    this.seen(`${who} ${name}`);
  }

  seen(what) {
    this.last = performance.now();
    this.told.push(what);
    for (const listener of [...this.listeners]) listener();
  }

  replaced(value, one) {
    if (typeof value === 'string') return one(value);
    if (Array.isArray(value)) return value.map((v) => this.replaced(v, one));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [one(k), this.replaced(v, one)]));
  }

  masked(value) {
    const mask = (text, port, i) => text.replaceAll(String(port), i === 0 ? '{PORT}' : `{PORT${i}}`);
    return this.replaced(value, (text) => this.ports.reduce(mask, text));
  }

  filled(value) {
    return this.replaced(value, (text) => text.replace(/\{PORT(\d*)\}/g, (_, i) => this.ports[Number(i)]));
  }

  async until(condition, limit) {
    const end = performance.now() + limit;
    while (!condition() && performance.now() < end) {
      await new Promise((done) => {
        const timer = setTimeout(done, end - performance.now());
        const listener = () => {
          clearTimeout(timer);
          this.listeners.delete(listener);
          done();
        };
        this.listeners.add(listener);
      });
    }
    return condition();
  }

  agent(which = 'main') {
    if (typeof which === 'string') {
      return (this.agents[which] ??= new http.Agent(this.what.agents?.[which] ?? {}));
    }
    this.others.push(new http.Agent(which));
    return this.others.at(-1);
  }

  start(what) {
    const who = what.id ?? 'a';
    const options = this.filled(what.options ?? {});
    const record = (this.requests[who] = { closed: false });
    if (what.url === undefined) {
      if (!options.host && !options.hostname) options.host = '127.0.0.1';
      if (!('port' in options) && !options.socketPath) options.port = this.ports[what.server ?? 0];
    }
    if (options.agent) options.agent = this.agent(options.agent);
    if (what.create_connection) options.createConnection = ({ host, port }) => net.connect(port, host);
    if (what.abort_signal) {
      record.controller = new AbortController();
      options.signal = record.controller.signal;
      if (what.abort_signal === 'before') record.controller.abort();
    }
    try {
      const url = what.url === undefined ? [] : [this.filled(what.url)];
      record.request = http.request(...url, options);
    } catch (e) {
      record.closed = true;
      this.event(who, 'throw', failure(e));
      return;
    }
    this.watch(who, what, record);
  }

  watch(who, what, record) {
    const { request } = record;
    const leave = what.without ?? [];
    const tell = (name) => request.on(name, () => this.event(who, name));
    Object.assign(request, what.props);
    if (!leave.includes('socket')) {
      request.on('socket', () => this.event(who, 'socket', { reused: request.reusedSocket }));
    }
    if (!leave.includes('response')) {
      request.on('response', (response) => this.watchResponse(who, record, response, what.read ?? 'flow'));
    }
    request.on('information', (i) => this.event(who, 'information', head(i)));
    for (const name of ['continue', 'timeout', 'abort', 'finish', 'drain']) tell(name);
    request.on('error', (e) => this.event(who, 'error', failure(e)));
    request.on('close', () => {
      record.closed = true;
      this.event(who, 'close');
    });
    for (const name of what.with ?? []) {
      request.on(name, (response, socket, first) => {
        const { status, message, headers } = head(response);
        record.tunnel = socket;
        this.event(who, name, { status, message, headers, head: fold(latin1(first)) });
        socket.on('data', (d) => this.event(who, 'tunnel.data', fold(latin1(d))));
        socket.on('end', () => this.event(who, 'tunnel.end'));
        socket.on('close', () => this.event(who, 'tunnel.close'));
        socket.on('error', (e) => this.event(who, 'tunnel.error', failure(e)));
      });
    }
  }

  watchResponse(who, record, response, read) {
    record.response = response;
    this.event(who, 'response', head(response));
    response.on('aborted', () => this.event(who, 'res.aborted'));
    response.on('error', (e) => this.event(who, 'res.error', failure(e)));
    response.on('timeout', () => this.event(who, 'res.timeout'));
    response.on('end', () => {
      const { complete, trailers, rawTrailers } = response;
      this.event(who, 'res.end', { complete, trailers: sorted(trailers), rawTrailers });
    });
    response.on('close', () => {
      const { complete, aborted } = response;
      this.event(who, 'res.close', { complete, aborted });
    });
    if (read === 'flow') response.on('data', (d) => this.event(who, 'data', fold(latin1(d))));
  }

  async perform(op, own) {
    const who = op.req ?? own;
    const record = this.requests[who] ?? {};
    const { request, response, tunnel } = record;
    const limit = op.limit_ms ?? this.what.limit_ms ?? 2500;
    const body = () => (op.text !== undefined ? [op.text, op.encoding] : 'data' in op ? [bytes(op.data)] : []);
    const operations = {
      wait: () => pause(op.ms),
      until: async () => {
        const wanted = `${who} ${op.event}`;
        const come = () => this.told.filter((t) => t === wanted).length >= (op.count ?? 1);
        if (!(await this.until(come, limit))) this.event(who, 'not-seen', { event: op.event });
      },
      start: () => this.start(op.request),
      write: () => request.write(...body()),
      end: () => request.end(...body()),
      setHeader: () => request.setHeader(op.name, op.value),
      appendHeader: () => request.appendHeader(op.name, op.value),
      removeHeader: () => request.removeHeader(op.name),
      addTrailers: () => request.addTrailers(op.trailers),
      flushHeaders: () => request.flushHeaders(),
      cork: () => request.cork(),
      uncork: () => request.uncork(),
      setTimeout: () => request.setTimeout(op.ms),
      setNoDelay: () => request.setNoDelay(op.value ?? true),
      setSocketKeepAlive: () => request.setSocketKeepAlive(true, 1000),
      abort: () => request.abort(),
      signal: () => record.controller.abort(),
      destroy: () => request.destroy(op.error && Object.assign(new Error(op.error), { code: op.code })),
      props: () => this.event(who, 'props', Object.fromEntries(op.names.map((n) => [n, property(request, n)]))),
      'res.destroy': () => response.destroy(op.error && new Error(op.error)),
      'res.resume': () => response.resume(),
      'res.setTimeout': () => response.setTimeout(op.ms),
      'socket.destroy': () => request.socket.destroy(),
      'socket.end': () => request.socket.end(),
      'tunnel.write': () => tunnel?.write(bytes(op.data)),
      'tunnel.end': () => tunnel?.end(),
      'tunnel.destroy': () => tunnel?.destroy(),
      snap: () => this.snap(op),
      counts: async () => {
        const names = ['sockets', 'freeSockets', 'requests'];
        const end = performance.now() + limit;
        const all = () => names.every((n) => lengths(this.agent(op.agent)[n]).reduce((a, [, b]) => a + b, 0) === op[n]);
        while (!all() && performance.now() < end) await pause(2);
        if (!all()) this.event('agent', 'not-seen', { event: op });
      },
      'agent.destroy': () => this.agent(op.agent).destroy(),
      'agent.set': () => Object.assign(this.agent(op.agent), op.values),
      'agent.getName': () => {
        const name = this.agent(op.agent).getName(op.options && this.filled(op.options));
        this.event('agent', 'name', { of: op.options ?? null, name });
      },
      'agent.new': () => this.event('agent', 'new', settings(new http.Agent(op.options))),
    };
    try {
      await operations[op.op]();
    } catch (e) {
      if (op.op === 'agent.new') this.event('agent', 'throw', failure(e));
      else this.event(who, 'throw', { op: op.op, ...failure(e) });
    }
  }

  snap({ label, agent }) {
    const a = this.agent(agent);
    const [sockets, freeSockets, requests] = [a.sockets, a.freeSockets, a.requests].map((l) => this.masked(lengths(l)).sort());
    this.event('agent', 'snap', { label, sockets, freeSockets, requests, total: a.totalSocketCount });
  }

  async run() {
    if (this.what.kind === 'agent') {
      this.agent();
      for (const step of this.what.steps) await this.perform(step);
    } else {
      for (const r of this.what.requests ?? [this.what.request ?? {}]) {
        this.start(r);
        const who = r.id ?? 'a';
        if (!this.requests[who].request) continue;
        for (const op of r.ops ?? [{ op: 'end' }]) await this.perform(op, who);
      }
    }
    for (;;) {
      const records = Object.values(this.requests);
      const closed = records.every((r) => r.closed && (!r.tunnel || r.tunnel.destroyed));
      const enough = closed ? (this.what.settle_ms ?? 250) : (this.what.idle_ms ?? 500);
      if (performance.now() - this.last >= enough) break;
      await pause(15);
    }
    this.over = true;
    process.stdout.write(toLine({ id: this.id, done: true }) + '\n');
  }

  cleanUp() {
    this.over = true;
    for (const { request, tunnel } of Object.values(this.requests)) {
      request?.on('error', () => {});
      request?.destroy();
      tunnel?.destroy();
    }
    for (const a of [...Object.values(this.agents), ...this.others]) a.destroy();
    const { sockets, freeSockets } = http.globalAgent;
    for (const [name, list] of [...Object.entries(sockets), ...Object.entries(freeSockets)]) {
      if (this.ports.some((port) => name.includes(`:${port}:`))) [...list].forEach((s) => s.destroy());
    }
  }
}

const lengths = (lists) => sorted(lists).map(([name, list]) => [name, list.length]);

function head(m) {
  const { statusCode: status, statusMessage: message, httpVersion: version, headers, rawHeaders } = m;
  return { status, message, version, headers: sorted(headers), rawHeaders };
}

function property(request, name) {
  if (name === 'headers') return sorted(request.getHeaders());
  if (name === 'headerNames') return request.getHeaderNames();
  if (name === 'rawHeaderNames') return request.getRawHeaderNames();
  return request[name] ?? null;
}

function settings(a) {
  const { keepAlive, keepAliveMsecs, maxFreeSockets, scheduling, defaultPort, protocol } = a;
  const [maxSockets, maxTotalSockets] = [String(a.maxSockets), String(a.maxTotalSockets)];
  return { keepAlive, keepAliveMsecs, maxSockets, maxFreeSockets, maxTotalSockets, scheduling, defaultPort, protocol };
}

process.on('uncaughtException', (e) => console.error('uncaught', e));
const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => {
  const message = JSON.parse(line);
  if (message.run) {
    const scenario = new Scenario(message.id, message.run, message.ports);
    running.set(message.id, scenario);
    scenario.run().catch((e) => scenario.event('-', 'driver-error', failure(e)));
  } else if (message.tell) {
    running.get(message.id)?.seen(`server ${message.tell}`);
  } else {
    running.get(message.cleanup)?.cleanUp();
    running.delete(message.cleanup);
  }
});
input.on('close', () => process.exit(0));
