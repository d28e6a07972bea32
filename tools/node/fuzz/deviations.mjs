// The classes of inputs in which ours is stricter than Node, by the error that ours gives: each
// names a row of docs/deviations.md. Ours must have found the same messages up to that error.

// With the insecure parser the first field line may begin with a blank.
const field = (name) => new RegExp(`[\\r\\n] ?${name}[ \\t]*:`, 'gi');
const has = (input, pattern) => pattern.test(input);
const closeTab = /connection:[^\r\n]*close *\t[ \t]*[,\r\n]/i;

const classes = [
  {
    row: 'http-0.9',
    error: ['HPE_INVALID_CONSTANT', 'Expected HTTP/'],
    // The request line ended where its version should begin.
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

/// Returns whether ours found what Node found, up to an error, or less.
function isPrefix(node, ours) {
  return ours.messages.length <= node.messages.length && ours.messages.every((m, i) => {
    const n = node.messages[i];
    const same = (k) => JSON.stringify(m[k]) === JSON.stringify(n[k]);
    const complete = m[0] === 'c';
    return same(1) && same(2) && same(3) && same(5) && (complete ? same(0) && same(4) && same(6) : n[4].startsWith(m[4]));
  });
}

/// Returns the length that a message's fields tell, -1 if none.
function lengthOf(message) {
  const at = message[5].findIndex((name, i) => i % 2 === 0 && /^content-length$/i.test(name));
  return at < 0 ? -1 : Number(message[5][at + 1]);
}

// Where ours takes what Node does not, Node is asked again, for an input that means to it what the
// first one means to ours.

const framingFields = /((?:^|[\r\n]) ?(?:content-length|transfer-encoding|connection|proxy-connection)[ \t]*:)([^\r\n]*)/gi;
const blanks = (text) => text.replaceAll('\t', ' ');

/// Returns the text with blanks for the tabs in the fields that frame messages (row framing-tab).
export const withoutTabs = (text) => text.replace(framingFields, (_, name, value) => name + blanks(value));

/// Returns the result with blanks for tabs in what fields say.
export function showWithoutTabs(result) {
  const show = (lines) => lines.map(blanks);
  return { ...result, messages: result.messages.map((m) => m.map((x) => (Array.isArray(x) ? show(x) : x))) };
}

/// Returns how many bytes of a response to CONNECT Node's result leaves behind an interim head, which
/// it takes for the answer (row connect-interim); undefined if it does not.
export function leftBehindInterim({ kind, method }, { messages, code, behind }) {
  const interim = /^1(?!01)\d\d /.test(messages.at(-1)?.[2] ?? '');
  return kind === 'response' && method === 'CONNECT' && !code && behind !== '' && interim ? Number(behind) : undefined;
}

/// Returns the row that explains why ours and Node's results differ, if any does.
export function classify({ kind, input, lenient }, node, ours) {
  // A blank behind a name that decides the framing is no part of it.
  if (lenient && JSON.stringify(node.messages) !== JSON.stringify(ours.messages)) {
    const trimmed = node.messages.map((m) => m.map((x) => (Array.isArray(x) ? x.map((t, i) => (i % 2 === 0 ? t.replace(/ +$/, '') : t)) : x)));
    if (JSON.stringify({ ...node, messages: trimmed }) === JSON.stringify(ours)) return 'insecure-name-blank';
  }
  // The insecure parser reads on behind a close, which is not answered any more.
  if (lenient && closeTab.test(input) && node.answers.startsWith(ours.answers) && JSON.stringify({ ...node, answers: ours.answers }) === JSON.stringify(ours)) {
    return 'close-tab';
  }
  // The rest of the input is in another protocol, says Node's parser, and reads on as HTTP.
  if (kind === 'response' && !ours.code && ours.behind && isPrefix(node, ours) && ours.messages.at(-1)[2].startsWith('101 ')) {
    return '101-unannounced';
  }
  // Node keeps the length of a response without body whose connection should have closed, and puts
  // the digits of the next length behind it.
  if (kind === 'response' && lenient && ours.messages.some((m, i) => i > 0 && lengthOf(ours.messages[i - 1]) > 0 && !ours.messages[i - 1][4] && lengthOf(m) >= 0)) {
    return 'insecure-length-kept';
  }
  const found = classes.find(({ error: [code, reason], when }) => ours.code === code && ours.reason === reason && when(input, Number(ours.at)));
  return found && isPrefix(node, ours) ? found.row : undefined;
}
