// The intended differences between anode's and Node's parser: the recorded cases, the row of
// docs/deviations.md with the reason, and anode's outcome. `mends` is set if anode corrects a fault
// of Node instead of being stricter. `bytewise` is the outcome byte by byte if it differs (an
// overflow is detected earlier).

import { hideUpgrade, parse } from './node_parser.mjs';

/// The outcome that stops with an error at byte `bytes`, after the first `complete` messages.
const refused = (code, reason, bytes, complete = 0) => (test, node) => ({
  messages: node.messages.slice(0, complete), error: { code, reason, bytes: typeof bytes === 'function' ? bytes(test.input) : bytes },
});
/// Offsets in an input.
const behind = (text) => (input) => input.indexOf(text) + text.length;
const behindMatch = (pattern) => (input) => {
  const m = pattern.exec(input);
  return m.index + m[0].length;
};
const lineNumber = (n) => (input) => {
  let at = 0;
  for (let i = 0; i < n; ++i) at = input.indexOf('\n', at) + 1;
  return at;
};

const rules = [
  {
    row: 'http-0.9',
    cases: /^request\/(request-line\/(no-version|post-no-version|lf-after-target|http09-.*)|target\/(lf|server-lf))$/,
    expected: refused('HPE_INVALID_CONSTANT', 'Expected HTTP/', (input) => input.indexOf('\n')),
  },
  {
    row: 'http-0.9',
    cases: /^request\/(request-line\/version-0\.9|host\/empty-http09)$/,
    expected: refused('HPE_INVALID_VERSION', 'Invalid HTTP version', behindMatch(/HTTP\/\d\.\d/)),
  },
  {
    row: 'http-2.0',
    cases: /^request\/request-line\/version-2\.0$/,
    expected: refused('HPE_INVALID_VERSION', 'Invalid HTTP version', behindMatch(/HTTP\/\d\.\d/)),
  },
  {
    row: 'rtsp',
    cases: /^request\/request-line\/((get|describe)-rtsp-\d\.\d|source-ice-1\.[01])$/,
    expected: refused('HPE_INVALID_CONSTANT', 'Expected HTTP/', behindMatch(/(RTSP|ICE)\//)),
  },
  {
    row: 'host-invalid',
    cases: /^request\/host\/(empty|blank|port-word|port-large|ipv6-(open|zone|zone-raw|suffix)|brackets-(name|empty)|userinfo|path|query|fragment|list|space|backslash|quote|high|only-port|ipvfuture|bad-10)$/,
    expected: refused('HPE_INVALID_HEADER_TOKEN', 'Invalid Host', behind('\r\n\r\n')),
  },
  {
    row: 'host-twice',
    cases: /^request\/host\/twice-.*$/,
    expected: refused('HPE_INVALID_HEADER_TOKEN', 'Duplicate Host', behind('\r\n\r\n')),
  },
  {
    row: 'te-empty',
    cases: /^(request\/transfer-encoding\/(empty|blank|empty-lenient|two-lines-empty|two-lines-empty-first|length-last-empty)|response\/transfer-encoding\/09-empty)$/,
    expected: refused('HPE_INVALID_TRANSFER_ENCODING', 'Invalid `Transfer-Encoding` header value', behindMatch(/Transfer-Encoding: *\r\n/)),
  },
  {
    row: 'te-http-1.0-request',
    cases: /^request\/transfer-encoding\/10(-keep-alive|-gzip)?$/,
    expected: refused('HPE_INVALID_TRANSFER_ENCODING', 'Request has invalid `Transfer-Encoding`', behind('Transfer-Encoding:')),
  },
  {
    row: 'header-count',
    cases: /^(request\/limits\/lines-(2001|2500|6000)|response\/fields\/lines-2500)$/,
    expected: refused('HPE_HEADER_OVERFLOW', 'Header overflow', lineNumber(2001)),
  },
  {
    row: 'chunk-overhead',
    cases: /^request\/chunk-extension\/two-hundred-4096$/,
    expected: (test, node) => ({
      messages: [{ ...node.messages[0], body: 'x'.repeat(15), complete: false }],
      error: { code: 'HPE_CHUNK_EXTENSIONS_OVERFLOW', reason: 'Chunk extensions overflow', bytes: lineNumber(4 + 2 * 15 + 1)(test.input) },
    }),
    bytewise: (test, node) => ({
      messages: [{ ...node.messages[0], body: 'x'.repeat(15), complete: false }],
      error: { code: 'HPE_CHUNK_EXTENSIONS_OVERFLOW', reason: 'Chunk extensions overflow', bytes: lineNumber(4 + 2 * 15 + 1)(test.input) - 1 },
    }),
  },
  {
    row: 'upgrade-ignored',
    mends: true,
    cases: /^request\/upgrade-ignored\//,
    applies: (node) => node.dropped !== undefined,
    expected: (test) => {
      const { hidden, show } = hideUpgrade(test.input);
      const { messages, error } = parse(test, [hidden]);
      const shown = messages.map((m) => ({ ...m, headers: m.headers.map(show) }));
      return { messages: shown.map((m) => ({ ...m, upgrade: m.headers.some((h) => /^upgrade$/i.test(h)) })), error };
    },
  },
  {
    row: '101-unannounced',
    cases: /^response\/informational\/101-no-.*$/,
    expected: (test, node) => ({ messages: node.messages, head: node.dropped ?? 0 }),
  },
  {
    row: 'header-count',
    cases: /^request\/trailer\/lines-2001$/,
    expected: (test, node) => ({
      messages: [{ ...node.messages[0], trailers: [], complete: false }],
      error: { code: 'HPE_HEADER_OVERFLOW', reason: 'Header overflow', bytes: lineNumber(4 + 3 + 2000)(test.input) },
    }),
  },
  {
    row: 'header-raw-bytes',
    cases: /^request\/limits\/raw-bytes-over$/,
    expected: refused('HPE_HEADER_OVERFLOW', 'Header overflow', behind('\r\n\r\n')),
    bytewise: refused('HPE_HEADER_OVERFLOW', 'Header overflow', 8 * 16384 + 1),
  },
  {
    row: 'header-overflow-first',
    cases: /^request\/limits\/over-then-bad-(name|target)$/,
    expected: refused('HPE_HEADER_OVERFLOW', 'Header overflow', (input) => input.indexOf('\x01')),
    bytewise: (test) => parse(test, [...test.input]),
  },
  {
    row: 'insecure-name-blank',
    mends: true,
    cases: /^request\/(content-length\/name-spaces?-before-colon|transfer-encoding\/name-space)-lenient$/,
    expected: (test) => parse(test, [test.input.replace(/ +:/, ':')]),
  },
  {
    row: 'insecure-name-blank',
    cases: /^request\/content-length\/name-word-lenient$/,
    expected: refused('HPE_INVALID_HEADER_TOKEN', 'Invalid header token', behind('Content-Length ')),
  },
  {
    row: 'te-http-1.0-response',
    cases: /^response\/transfer-encoding\/10-keep-alive$/,
    expected: (test, node) => ({ messages: node.messages.map((m) => ({ ...m, keep_alive: false })) }),
  },
  {
    row: 'close-tab',
    cases: /^(request|response)\/keep-alive\/close-tab$/,
    expected: (test, node) => ({
      messages: [{ ...node.messages[0], keep_alive: false }],
      ...(node.messages.length > 1 && {
        error: { code: 'HPE_CLOSED_CONNECTION', reason: 'Data after `Connection: close`', bytes: behind('\r\n\r\n')(test.input) + 1 },
      }),
    }),
  },
  {
    row: 'framing-tab',
    mends: true,
    cases: /^(request\/(content-length\/trailing-tab|transfer-encoding\/tab-last)(-lenient)?|request\/upgrade(-ignored)?\/tab-around|response\/(content-length\/trailing-tab|transfer-encoding\/22-chunked))$/,
    expected: (test) => parse(test, [test.input.replace(/\t\r/, '\r')]),
  },
  {
    row: 'connect-interim',
    mends: true,
    cases: /^response\/informational\/100-connect$/,
    expected: (test, node) => ({ messages: [...node.messages, { status: 200, reason: 'OK', headers: [] }], head: 0 }),
  },
  {
    row: 'status-line-cr-cr',
    cases: /^response\/status-line\/cr-cr-.*$/,
    expected: refused('HPE_STRICT', 'Expected LF after CR', behind('\r')),
  },
];

/// Returns `{row, expected, bytewise, mends}` for a case that must differ from Node, else
/// undefined.
export function deviationOf(test, node) {
  const rule = rules.find((r) => r.cases.test(test.name) && (r.applies?.(node) ?? true));
  return rule && { row: rule.row, mends: rule.mends, expected: rule.expected(test, node), bytewise: rule.bytewise?.(test, node) };
}
