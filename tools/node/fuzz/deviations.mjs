// The classes of inputs for which anode is stricter than Node, by anode's error. Each class names a
// row of docs/deviations.md. Up to that error anode must parse the same messages.

// With the insecure parser the first field line can begin with a space.
const field = (name) => new RegExp(`[\\r\\n] ?${name}[ \\t]*:`, 'gi');
const has = (input, pattern) => pattern.test(input);
const closeTab = /connection:[^\r\n]*close *\t[ \t]*[,\r\n]/i;

const classes = [
  {
    row: 'http-0.9',
    error: ['HPE_INVALID_CONSTANT', 'Expected HTTP/'],
    // The request line ends where the version should begin.
    when: (input, at) => input[at] === '\n' || input[at] === '\r',
  },
  {
    row: 'http-0.9',
    error: ['HPE_INVALID_VERSION', 'Invalid HTTP version'],
    when: (input, at) => input.slice(at - 3, at) === '0.9',
  },
  {
    row: 'http-2.0',
    error: ['HPE_INVALID_VERSION', 'Invalid HTTP version'],
    when: (input, at) => input.slice(at - 3, at) === '2.0',
  },
  {
    row: 'rtsp',
    error: ['HPE_INVALID_CONSTANT', 'Expected HTTP/'],
    when: (input, at) => /(RTSP|ICE)\/$/.test(input.slice(0, at)),
  },
  {
    row: 'host-invalid',
    error: ['HPE_INVALID_HEADER_TOKEN', 'Invalid Host'],
    when: (input) => has(input, field('host')),
  },
  {
    row: 'host-twice',
    error: ['HPE_INVALID_HEADER_TOKEN', 'Duplicate Host'],
    when: (input) => (input.match(field('host')) ?? []).length > 1,
  },
  {
    row: 'te-empty',
    error: ['HPE_INVALID_TRANSFER_ENCODING', 'Invalid `Transfer-Encoding` header value'],
    when: (input, at) => /[\r\n]transfer-encoding:[ \t\r\n]*$/i.test(input.slice(0, at)),
  },
  {
    row: 'te-http-1.0-request',
    error: ['HPE_INVALID_TRANSFER_ENCODING', 'Request has invalid `Transfer-Encoding`'],
    when: (input, at) => /HTTP\/1\.0[^]*\ntransfer-encoding:$/i.test(input.slice(0, at)),
  },
  {
    row: 'header-count',
    error: ['HPE_HEADER_OVERFLOW', 'Header overflow'],
    when: (input, at) => input.slice(0, at).split('\n').length > 2000,
  },
  {
    row: 'chunk-overhead',
    error: ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'Chunk extensions overflow'],
    when: (input, at) => at > 65536,
  },
  {
    row: 'insecure-name-blank',
    error: ['HPE_INVALID_HEADER_TOKEN', 'Invalid header token'],
    when: (input, at) => /[\r\n](content-length|transfer-encoding|connection|proxy-connection|upgrade)[ \t]+$/i.test(input.slice(0, at)),
  },
  {
    row: 'header-overflow-first',
    error: ['HPE_HEADER_OVERFLOW', 'Header overflow'],
    when: (input, at) => at > 16384,
  },
  {
    row: 'te-http-1.0-response',
    error: ['HPE_CLOSED_CONNECTION', 'Data after `Connection: close`'],
    when: (input, at) => /HTTP\/1\.0 [^]*[\r\n]transfer-encoding:/i.test(input.slice(0, at)),
  },
  {
    row: 'close-tab',
    error: ['HPE_CLOSED_CONNECTION', 'Data after `Connection: close`'],
    when: (input, at) => closeTab.test(input.slice(0, at)),
  },
  {
    row: 'status-line-cr-cr',
    error: ['HPE_STRICT', 'Expected LF after CR'],
    when: (input, at) => input.slice(at - 1, at + 1) === '\r\r',
  },
];

/// Returns whether anode's result equals Node's result up to an error.
function isPrefix(node, ours) {
  return ours.messages.length <= node.messages.length && ours.messages.every((m, i) => {
    const n = node.messages[i];
    const same = (k) => JSON.stringify(m[k]) === JSON.stringify(n[k]);
    const complete = m[0] === 'c';
    return same(1) && same(2) && same(3) && same(5) && (complete ? same(0) && same(4) && same(6) : n[4].startsWith(m[4]));
  });
}

/// Returns the length in a message's Content-Length field, -1 if there is none.
function lengthOf(message) {
  const at = message[5].findIndex((name, i) => i % 2 === 0 && /^content-length$/i.test(name));
  return at < 0 ? -1 : Number(message[5][at + 1]);
}

// anode accepts some inputs that Node rejects. Node then parses a second input, which has the same
// meaning for Node as the first input has for anode.

const framingFields = /((?:^|[\r\n]) ?(?:content-length|transfer-encoding|connection|proxy-connection)[ \t]*:)([^\r\n]*)/gi;
const blanks = (text) => text.replaceAll('\t', ' ');

/// Returns the text with spaces for the tabs in the fields that frame messages (row framing-tab).
export const withoutTabs = (text) => text.replace(framingFields, (_, name, value) => name + blanks(value));

/// Returns the result with spaces for tabs in field values.
export function showWithoutTabs(result) {
  const show = (lines) => lines.map(blanks);
  return { ...result, messages: result.messages.map((m) => m.map((x) => (Array.isArray(x) ? show(x) : x))) };
}

/// Returns the number of bytes that Node leaves unparsed after an informational head because it treats
/// that head as the final response to CONNECT (row connect-interim); undefined in all other cases.
export function leftBehindInterim({ kind, method }, { messages, code, behind }) {
  const interim = /^1(?!01)\d\d /.test(messages.at(-1)?.[2] ?? '');
  return kind === 'response' && method === 'CONNECT' && !code && behind !== '' && interim ? Number(behind) : undefined;
}

/// Returns the row that explains the difference between the two results, or undefined.
export function classify({ kind, input, lenient }, node, ours) {
  // Spaces after the name of a framing field are not part of the name.
  if (lenient && JSON.stringify(node.messages) !== JSON.stringify(ours.messages)) {
    const trimmed = node.messages.map((m) => m.map((x) => (Array.isArray(x) ? x.map((t, i) => (i % 2 === 0 ? t.replace(/ +$/, '') : t)) : x)));
    if (JSON.stringify({ ...node, messages: trimmed }) === JSON.stringify(ours)) return 'insecure-name-blank';
  }
  // The insecure parser continues after a close, but the server no longer answers.
  if (lenient && closeTab.test(input) && node.answers.startsWith(ours.answers) && JSON.stringify({ ...node, answers: ours.answers }) === JSON.stringify(ours)) {
    return 'close-tab';
  }
  // Node's parser reports that the rest of the input is in another protocol, and parses it as HTTP.
  if (kind === 'response' && !ours.code && ours.behind && isPrefix(node, ours) && ours.messages.at(-1)[2].startsWith('101 ')) {
    return '101-unannounced';
  }
  // Node keeps the length of a response without body whose connection should have closed, and
  // appends the digits of the next length.
  if (kind === 'response' && lenient && ours.messages.some((m, i) => i > 0 && lengthOf(ours.messages[i - 1]) > 0 && !ours.messages[i - 1][4] && lengthOf(m) >= 0)) {
    return 'insecure-length-kept';
  }
  const found = classes.find(({ error: [code, reason], when }) => ours.code === code && ours.reason === reason && when(input, Number(ours.at)));
  return found && isPrefix(node, ours) ? found.row : undefined;
}
