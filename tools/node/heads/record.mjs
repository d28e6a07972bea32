// Records the heads that Node writes, the data of the head writer's replay test.
// usage: node record.mjs FOLDER
//
// Writes response_heads.tsv and request_heads.tsv into FOLDER, and merged_headers.tsv into
// test/unit/message/data. A line of the first two files is: peer, outcome, calls. The outcome is an
// error code; or flags (l: the connection closes after the message, c: the body is chunked, -:
// none), a blank, and the head with %XX for invisible bytes. A line of the third file has the
// received fields and the results of `headers`, `headers` with joinDuplicateHeaders, and
// `headersDistinct`: names and values separated by blanks, values of a list by |.

import http from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';

import { clients, peers, received, requests, responses } from './cases.mjs';

const folder = process.argv[2];
const uniqueHeaders = Object.getOwnPropertySymbols(http.createServer({ uniqueHeaders: ['x'] }))
  .find((symbol) => symbol.description === 'kUniqueHeaders');

const escape = (text) =>
  [...Buffer.from(text, 'latin1')]
    .map((b) => (b > 0x20 && b < 0x7f && b !== 0x25 ? String.fromCharCode(b)
      : '%' + b.toString(16).padStart(2, '0')))
    .join('');
const unescape = (text) =>
  text.replace(/%(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
const pairs = (texts) => texts.flatMap((name, i) => (i % 2 ? [] : [[name, texts[i + 1]]]));

const calls = {
  'set': (m, name, value) => m.setHeader(name, value),
  'number': (m, name, value) => m.setHeader(name, Number(value)),
  'list': (m, name, ...values) => m.setHeader(name, values),
  'append': (m, name, value) => m.appendHeader(name, value),
  'append-list': (m, name, ...values) => m.appendHeader(name, values),
  'map': (m, ...fields) => m.setHeaders(new Map(pairs(fields))),
  'remove': (m, name) => m.removeHeader(name),
  'unique': (m, ...names) => { m[uniqueHeaders] = new Set(names.map((n) => n.toLowerCase())); },
  'no-date': (m) => { m.sendDate = false; },
  'status': (m, code) => { m.statusCode = Number(code); },
  'reason': (m, text) => { m.statusMessage = text; },
  'head': (m, code, ...fields) => m.writeHead(Number(code), Object.fromEntries(pairs(fields))),
  'head-reason': (m, code, text) => m.writeHead(Number(code), text),
  'head-flat': (m, code, ...fields) => m.writeHead(Number(code), fields),
  'head-pairs': (m, code, ...fields) => m.writeHead(Number(code), pairs(fields)),
  'flush': (m) => m.flushHeaders(),
  'write': (m, text) => m.write(text),
  'end': (m, text) => m.end(text),
};

function outcome(message, texts) {
  message.on('error', () => {});
  try {
    for (const text of texts) {
      const [name, ...args] = text.split(' ').map(unescape);
      calls[name](message, ...args);
    }
  } catch (error) {
    if (!error.code) throw error;
    return error.code;
  }
  const flags = (message._last ? 'l' : '') + (message.chunkedEncoding ? 'c' : '');
  const head = message._header.replace(/Date: \w+, [^\r]+ GMT/, 'Date: {DATE}');
  return `${flags || '-'} ${escape(head)}`;
}

function response(peer, texts) {
  const { version, keep, method = 'GET', reached = false, max = 0, timeout = 5000, te } = peer;
  const message = new http.ServerResponse({
    method, httpVersionMajor: version[0], httpVersionMinor: version[1], headers: { te },
  });
  message.shouldKeepAlive = keep;
  message.maxRequestsOnConnectionReached = reached;
  message._keepAliveTimeout = timeout;
  message._maxRequestsPerSocket = max;
  message._expect_continue = Boolean(peer.withheld);
  return outcome(message, texts);
}

class Sink extends Duplex {
  _read() {}
  _write(chunk, encoding, done) { done(); }
}
const setups = clients(http);

function request(client, method, texts) {
  (setups[client].agent ?? http.globalAgent).createConnection = () => new Sink();
  const options = { host: 'h.example', port: 8080, path: '/m', method, ...setups[client] };
  const message = http.request(options);
  const result = outcome(message, texts);
  message.destroy();
  // For GET, Node sets a flag that no body ends the message. Clients do not read this flag.
  return result.replace(/^l(c?) /, (_, c) => `${c || '-'} `);
}

const write = (name, rows) =>
  writeFileSync(join(folder, name), [...new Set(rows.map((row) => row.join('\t') + '\n'))].join(''));

write('response_heads.tsv', [...responses()].map(([peer, texts]) =>
  [peer, response(peers[peer], texts), ...texts]));
write('request_heads.tsv', [...requests()].map(([client, method, texts]) =>
  [`${client} ${method}`, request(client, method, texts), ...texts]));

function merged(list) {
  const view = (name, join) => {
    const message = new http.IncomingMessage(null);
    message.joinDuplicateHeaders = join;
    message._addHeaderLines(list, list.length);
    return Object.entries(message[name])
      .flatMap(([key, value]) => [escape(key), [value].flat().map(escape).join('|')]).join(' ');
  };
  return [list.map(escape).join(' '), view('headers', false), view('headers', true),
    view('headersDistinct', false)];
}
write('../../../unit/message/data/merged_headers.tsv', [...received()].map(merged));
process.exit(0);
