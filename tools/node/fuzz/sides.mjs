// The two sides of the differential fuzzer. Both take a list of inputs made by `mutate` of
// mutations.mjs and return, for each, {messages, code, reason, at, behind, answers}.

import { spawn } from 'node:child_process';
import http from 'node:http';
import { Duplex } from 'node:stream';

import { parse } from '../parser/node_parser.mjs';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

// --- Node ---------------------------------------------------------------------------------------

/// A request that keeps the segments of its body, even if its connection is lost.
class Message extends http.IncomingMessage {
  constructor(socket) {
    super(socket);
    this.pieces = [];
    socket.exchange.messages.push(this);
  }

  push(piece, ...more) {
    if (piece !== null) this.pieces.push(piece);
    return super.push(piece, ...more);
  }
}

/// The server's end of an in-memory connection.
class Pipe extends Duplex {
  exchange = { messages: [], responses: [], code: '', reason: '', at: '0', behind: '', sent: '' };
  total = 0; // bytes of the input
  fed = 0; // bytes fed so far
  begin = 0; // offset of the segment fed last

  _read() {}

  _write(bytes, encoding, done) {
    this.exchange.sent += bytes.latin1Slice();
    done();
  }

  setTimeout() {
    return this;
  }

  feed(piece) {
    if (piece.length === 0 || this.destroyed || this.exchange.code || this.exchange.behind) return;
    this.push(Buffer.from(piece, 'latin1'));
  }
}

function makeServer(lenient, upgrade, requireHostHeader) {
  const server = http.createServer({
    requireHostHeader, IncomingMessage: Message, insecureHTTPParser: lenient, keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0,
    connectionsCheckingInterval: 1e9,
  });
  server.maxHeadersCount = 0;
  const leave = (req, socket, head) => {
    socket.exchange.behind = String(head.length + socket.total - socket.fed);
  };
  server.on('connect', leave);
  if (upgrade) server.on('upgrade', leave);
  const take = (req, res) => {
    req.resume();
    req.on('error', () => {});
    req.socket.exchange.responses.push(res);
  };
  server.on('request', take);
  server.on('checkExpectation', take);
  const { emit } = server;
  server.emit = function (name, error, socket) {
    if (name !== 'clientError') return emit.apply(this, arguments);
    // Returning false means no listener: the server sends its automatic response.
    const e = socket.exchange;
    if (!e.code) Object.assign(e, { code: error.code, reason: error.reason, at: String(socket.begin + error.bytesParsed) });
    return false;
  };
  return server;
}

const servers = new Map();
function serverFor({ lenient, upgrade, host }) {
  const key = `${!!lenient} ${!!upgrade} ${!!host}`;
  if (!servers.has(key)) servers.set(key, makeServer(!!lenient, !!upgrade, !!host));
  return servers.get(key);
}

/// Splits an input at its cuts.
export function pieces({ input, cuts }) {
  const at = [0, ...cuts, input.length];
  return at.slice(1).map((end, i) => input.slice(at[i], end));
}

const flat = (lines) => lines.map(String);

function resultOf(exchange) {
  const messages = exchange.messages.map((m) => [
    m.complete ? 'c' : '-', m.method, m.url, m.httpVersion, Buffer.concat(m.pieces).latin1Slice(), flat(m.rawHeaders), flat(m.rawTrailers),
  ]);
  const answers = [...exchange.sent.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((m) => m[1]).filter((s) => s !== '100');
  const { code, reason, at, behind } = exchange;
  return { messages, code, reason: reason ?? '', at, behind, answers: answers.join(' ') };
}

/// Parses the inputs with Node's parser, like a client that sent one request.
function parseResponses(inputs) {
  return inputs.map((input) => {
    const { messages, error, head } = parse(input, pieces(input).filter((p) => p.length > 0));
    return {
      messages: messages.map((m) => [m.complete ? 'c' : '-', '', `${m.status} ${m.reason}`, m.version, m.body, m.headers, m.trailers]),
      code: error?.code ?? '', reason: error?.reason ?? '', at: String(error?.bytes ?? 0), behind: head === undefined ? '' : String(head), answers: '',
    };
  });
}

/// Parses the inputs with Node: requests by servers, over connections in memory.
export async function askNode(inputs) {
  if (inputs[0].kind === 'response') return parseResponses(inputs);

  const pipes = inputs.map((input) => {
    const pipe = new Pipe({ allowHalfOpen: true, highWaterMark: 1 << 20 });
    pipe.on('error', () => {});
    pipe.total = input.input.length;
    serverFor(input).emit('connection', pipe);
    return pipe;
  });
  await nextTurn();
  const cut = inputs.map(pieces);
  const most = Math.max(...cut.map((c) => c.length));
  for (let i = 0; i < most; ++i) {
    pipes.forEach((pipe, n) => {
      if (i >= cut[n].length) return;
      pipe.begin = pipe.fed;
      pipe.fed += cut[n][i].length;
      pipe.feed(cut[n][i]);
    });
    await nextTurn();
  }
  pipes.forEach((pipe, n) => {
    if (!inputs[n].eof || pipe.destroyed) return;
    pipe.begin = 0;
    pipe.push(null);
  });
  await nextTurn();
  // Answers in the order of the requests.
  for (let more = true; more; ) {
    more = false;
    for (const { exchange } of pipes) {
      for (const res of exchange.responses.splice(0)) {
        if (res.req.complete && !res.destroyed && !res.writableEnded) {
          res.writeHead(200, { 'Content-Length': 0 }).end(); // a length, for HTTP/1.0
          more = true;
        }
      }
    }
    await nextTurn();
  }
  await nextTurn();
  const results = pipes.map((pipe) => resultOf(pipe.exchange));
  for (const pipe of pipes) pipe.destroy();
  return results;
}

// --- anode --------------------------------------------------------------------------------------

/// Runs the program of test/fuzz/node_peer.cpp, which documents the protocol.
export class Peer {
  #child;
  #wanted = [];
  #received = Buffer.alloc(0);

  constructor(program) {
    this.#child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.on('data', (d) => this.#take(d));
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#wanted) reject(new Error(`the peer ended: ${signal ?? code}`));
      this.#wanted = [];
    });
    this.#child.stdin.on('error', () => {});
  }

  ask(inputs) {
    const frames = [];
    for (const { kind, method, input, lenient, upgrade, eof, host, cuts } of inputs) {
      const head = Buffer.alloc(6 + 4 * cuts.length);
      head.writeUInt32LE(input.length, 0);
      head[4] = (lenient ? 1 : 0) | (upgrade ? 2 : 0) | (eof ? 4 : 0) | (host ? 8 : 0) |
        (kind === 'response' ? 16 : 0) | (method === 'HEAD' ? 32 : 0) | (method === 'CONNECT' ? 64 : 0);
      head[5] = cuts.length;
      cuts.forEach((c, i) => head.writeUInt32LE(c, 6 + 4 * i));
      frames.push(head, Buffer.from(input, 'latin1'));
    }
    return new Promise((resolve, reject) => {
      this.#wanted.push({ count: inputs.length, results: [], resolve, reject });
      this.#child.stdin.write(Buffer.concat(frames));
    });
  }

  end() {
    this.#child.stdin.end();
  }

  #take(data) {
    let bytes = this.#received.length ? Buffer.concat([this.#received, data]) : data;
    while (bytes.length >= 4 && this.#wanted.length > 0) {
      const size = bytes.readUInt32LE(0);
      if (bytes.length < 4 + size) break;
      const first = this.#wanted[0];
      first.results.push(decode(bytes.latin1Slice(4, 4 + size)));
      bytes = bytes.subarray(4 + size);
      if (first.results.length === first.count) {
        this.#wanted.shift();
        first.resolve(first.results);
      }
    }
    this.#received = Buffer.from(bytes);
  }
}

function decode(text) {
  let at = 0;
  const next = () => {
    const colon = text.indexOf(':', at);
    const begin = colon + 1;
    const end = begin + Number(text.slice(at, colon));
    at = end + 1;
    return text.slice(begin, end);
  };
  const lines = () => Array.from({ length: 2 * Number(next()) }, next);
  const [code, reason, place, behind, answers] = [next(), next(), next(), next(), next()];
  const messages = [];
  while (at < text.length) messages.push([next(), next(), next(), next(), next(), lines(), lines()]);
  return { messages, code, reason, at: place, behind, answers: answers.trim() };
}
