// Node's own HTTP parser, driven as _http_server.js and _http_client.js drive it.
// Needs `node --expose-internals`.

import { createRequire } from 'node:module';

const { internalBinding } = createRequire(import.meta.url)('internal/test/binding');
const { HTTPParser, allMethods } = internalBinding('http_parser');

const kOnHeaders = HTTPParser.kOnHeaders | 0;
const kOnHeadersComplete = HTTPParser.kOnHeadersComplete | 0;
const kOnBody = HTTPParser.kOnBody | 0;
const kOnMessageComplete = HTTPParser.kOnMessageComplete | 0;

/// Returns `{hidden, show}`: the input with its Upgrade fields renamed, and a function that reverts
/// the names in parsed results. Node's parser discards input and errors behind an ignored upgrade
/// request, but not behind a field with another name.
export function hideUpgrade(input) {
  const [upper, lower] = [..."^|~`!#*'$%&+.0123456789qzxQZX"].filter((c) => !input.includes(c));
  return {
    hidden: input.replace(/([^\r\n](?:\r|\r?\n))(u)(?=pgrade[ \t]*:)/gi, (_, end, u) => end + (u === 'U' ? upper : lower)),
    show: (text) => text.replaceAll(upper, 'U').replaceAll(lower, 'u'),
  };
}

// The results of the callback for a complete head.
const withBody = 0;
const withoutBody = 1;
const leaveHttp = 2;

/// Feeds the segments of an input to a fresh parser.
/// @param test a case as in case_list.mjs
/// @param pieces the segments of its input
/// @return {messages, error?, head?, dropped?}: the messages as far as parsed; the error; the
///   number of bytes behind an accepted upgrade, and the number discarded behind an ignored one
export function parse(test, pieces) {
  const request = test.kind === 'request';
  const parser = new HTTPParser();
  parser.initialize(request ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {}, test.max_header_size ?? 0,
    test.lenient ? HTTPParser.kLenientAll : HTTPParser.kLenientNone);

  const result = { messages: [] };
  let message;
  let fields = [];
  let url = '';
  let left = false;

  parser[kOnHeaders] = (lines, target) => {
    fields.push(...lines);
    url += target;
  };
  parser[kOnHeadersComplete] = (major, minor, lines, method, target, status, reason, upgrade, keepAlive) => {
    if (lines !== undefined) fields.push(...lines);
    if (target !== undefined) url += target;
    message = request ? { method: allMethods[method], url } : { status, reason };
    Object.assign(message, { version: `${major}.${minor}`, headers: fields, upgrade, keep_alive: keepAlive, body: '', trailers: [], complete: false });
    result.messages.push(message);
    fields = [];
    url = '';
    const answer = request ? afterRequestHead(test, message) : afterResponseHead(test, message);
    left = answer === leaveHttp;
    return answer;
  };
  parser[kOnBody] = (bytes) => {
    message.body += bytes.latin1Slice();
  };
  parser[kOnMessageComplete] = () => {
    message.trailers = fields;
    message.complete = true;
    fields = [];
    url = ''; // a trailer section is reported together with the target again
  };

  let at = 0;
  let returned;
  for (const piece of pieces) {
    returned = parser.execute(Buffer.from(piece, 'latin1'));
    if (returned instanceof Error) break;
    if (left && message.complete) {
      result.head = pieces.join('').length - at - returned;
      break;
    }
    if (returned < piece.length) result.dropped = (result.dropped ?? 0) + piece.length - returned;
    at += piece.length;
  }
  if (!(returned instanceof Error) && !left && test.eof) {
    returned = parser.finish();
    at = 0; // nothing was read
  }
  if (returned instanceof Error) {
    result.error = { code: returned.code, reason: returned.reason, bytes: at + returned.bytesParsed };
  }
  parser.close();
  return result;
}

// parserOnIncoming of _http_server.js
function afterRequestHead(test, message) {
  if (message.upgrade && (message.method === 'CONNECT' || test.upgrade)) return leaveHttp;
  return withBody;
}

// parserOnIncomingClient of _http_client.js
function afterResponseHead(test, message) {
  if (message.upgrade) return leaveHttp;
  if (test.method === 'CONNECT') return leaveHttp;
  if (message.status >= 100 && message.status < 200) return withoutBody;
  return test.method === 'HEAD' ? withoutBody : withBody;
}
