// Records which bytes Node accepts under each value of httpValidation.
// usage: node --expose-internals record.mjs FOLDER     (Node 26.12.1; use tools/node/record validation)
//
// Writes three tables. places.tsv has the places, parsed.tsv the results of Node's parser, headers.tsv those
// of the functions that set headers. A line has the validation, a place (see places.mjs), and for each result the bytes that
// have it, as ranges of hexadecimal numbers. A result of the parser is an error code, or `ok` and the
// facts of the message: k if the connection is kept, =N if the body has N bytes, u if it leaves HTTP,
// v if the tested value is the sent one without outer spaces and tabs.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { PassThrough } from 'node:stream';

import { places } from './places.mjs';

const { internalBinding } = createRequire(import.meta.url)('internal/test/binding');
const { HTTPParser } = internalBinding('http_parser');

const flags = {
  strict: HTTPParser.kLenientNone,
  relaxed: HTTPParser.kLenientHeaderValueRelaxed,
};

/// Parses one message and returns its result as text.
function parse(validation, place, byte) {
  const request = place.kind === 'request';
  const parser = new HTTPParser();
  parser.initialize(request ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {}, 0, flags[validation] | 0);
  const input = place.input.replace('@', () => byte);
  const tested = place.value?.replace('@', () => byte).replace(/^[ \t]+|[ \t]+$/g, '');
  let lines = [];
  let facts;
  let body = 0;
  let leaves = false;
  let complete = false;
  parser[HTTPParser.kOnHeaders | 0] = (more) => lines.push(...more);
  parser[HTTPParser.kOnHeadersComplete | 0] = (major, minor, head, method, target, status, reason, upgrade, keep) => {
    lines.push(...(head ?? []));
    facts = keep ? 'k' : '';
    leaves = upgrade;
    return 0;
  };
  parser[HTTPParser.kOnBody | 0] = (bytes) => { body += bytes.length; };
  parser[HTTPParser.kOnMessageComplete | 0] = () => { complete = true; };
  let result = parser.execute(Buffer.from(input, 'latin1'));
  if (!(result instanceof Error) && !complete && place.eof) result = parser.finish() ?? result;
  parser.close();
  if (result instanceof Error) return result.code;
  if (!complete) return 'incomplete';
  const at = lines.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === place.field);
  const same = tested !== undefined && at >= 0 && lines[at + 1] === tested;
  return `ok${facts}${body > 0 ? `=${body}` : ''}${leaves ? 'u' : ''}${same ? 'v' : ''}`;
}

/// Parses in a child process, because Node's parser does not return for some inputs.
function parseApart(validation, name, byte) {
  const [node, ...options] = [process.execPath, '--no-warnings', '--expose-internals', process.argv[1]];
  const child = spawnSync(node, [...options, '--one', validation, name, String(byte.charCodeAt(0))], { timeout: 5000 });
  return child.status === 0 ? child.stdout.toString() : 'hangs';
}

/// Returns 'ok' or the error's code of a call.
function code(call) {
  try {
    call();
    return 'ok';
  } catch (error) {
    return error.code;
  }
}

function response(validation) {
  const server = http.createServer({ httpValidation: validation });
  const req = new http.IncomingMessage(Object.assign(new PassThrough(), { server }));
  req.httpVersionMajor = req.httpVersionMinor = 1;
  const res = new http.ServerResponse(req);
  res._writeRaw = () => true;
  return res;
}

function request(validation) {
  const options = { host: '127.0.0.1', port: 1, httpValidation: validation, agent: false };
  const req = http.request({ ...options, createConnection: () => new PassThrough() });
  req.on('error', () => {});
  return req;
}

const calls = {
  'response-set-name': (v, c) => code(() => response(v).setHeader(`X${c}Y`, 'v')),
  'response-set-value': (v, c) => code(() => response(v).setHeader('X', `a${c}b`)),
  'response-append-value': (v, c) => code(() => response(v).appendHeader('X', `a${c}b`)),
  'response-list-value': (v, c) => code(() => response(v).setHeader('X', ['a', `a${c}b`])),
  'response-head-value': (v, c) => code(() => response(v).writeHead(200, { X: `a${c}b` })),
  'response-head-flat-value': (v, c) => code(() => response(v).writeHead(200, ['X', `a${c}b`])),
  'response-reason': (v, c) => code(() => response(v).writeHead(200, `a${c}b`)),
  'response-trailer-name': (v, c) => code(() => response(v).addTrailers({ [`X${c}Y`]: 'v' })),
  'response-trailer-value': (v, c) => code(() => response(v).addTrailers({ X: `a${c}b` })),
  'response-information-value': (v, c) => code(() => response(v).writeInformation(103, { X: `a${c}b` })),
  'response-hint-value': (v, c) => code(() => response(v).writeEarlyHints({ link: '</a>; rel=preload', X: `a${c}b` })),
  'request-set-value': (v, c) => code(() => request(v).setHeader('X', `a${c}b`)),
  'request-option-value': (v, c) => code(() => {
    http.request({ port: 1, httpValidation: v, headers: { X: `a${c}b` }, agent: false, createConnection: () => new PassThrough() })
      .on('error', () => {});
  }),
  'request-trailer-value': (v, c) => code(() => request(v).addTrailers({ X: `a${c}b` })),
};

/// Returns the results of all 256 bytes as text: "result:00-08,0b result2:09".
function table(result) {
  const ranges = new Map();
  for (let n = 0; n < 256; ++n) {
    const of = result(String.fromCharCode(n));
    if (!ranges.has(of)) ranges.set(of, []);
    const list = ranges.get(of);
    if (list.length > 0 && list.at(-1)[1] === n - 1) list.at(-1)[1] = n;
    else list.push([n, n]);
  }
  const hex = (n) => n.toString(16).padStart(2, '0');
  return [...ranges].map(([of, list]) => `${of}:${list.map(([a, b]) => (a === b ? hex(a) : `${hex(a)}-${hex(b)}`)).join(',')}`).join(' ');
}

if (process.argv[2] === '--one') {
  const [validation, name, byte] = process.argv.slice(3);
  process.stdout.write(parse(validation, places[name], String.fromCharCode(Number(byte))));
  process.exit(0);
}
const folder = process.argv[2];
process.on('uncaughtException', () => {}); // of requests without a server
const lines = (validations, names, result) => validations.flatMap((v) => names.map((n) => `${v}\t${n}\t${table((c) => result(v, n, c))}\n`)).join('');
writeFileSync(`${folder}/headers.tsv`, lines(['strict', 'relaxed', 'insecure'], Object.keys(calls), (v, n, c) => calls[n](v, c)));
writeFileSync(`${folder}/parsed.tsv`, lines(Object.keys(flags), Object.keys(places), (v, n, c) =>
  (v === 'relaxed' && c === '\0' ? parseApart(v, n, c) : parse(v, places[n], c))));
writeFileSync(`${folder}/places.tsv`, Object.entries(places).map(([name, p]) =>
  [name, p.kind, p.eof ? 'eof' : '', p.field ?? '', p.value ?? '', encodeURI(p.input)].join('\t') + '\n').join(''));
process.exit(0);
