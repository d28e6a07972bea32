// Bytes in JSON: one character U+0000..U+00FF for each byte. A run of at least 64 equal bytes or
// repeated longer segments is written as {"rep": segment, "n": times} in an array of segments.

const escape = /[\x7f-\x9f\xad]/g;

/// Returns the JSON value of a string of bytes.
export function fold(bytes) {
  const parts = [];
  const run = /([^]{1,40}?)\1{15,}/g;
  let at = 0;
  for (let m; (m = run.exec(bytes)); ) {
    if (m[0].length < 64) continue;
    if (m.index > at) parts.push(bytes.slice(at, m.index));
    parts.push({ rep: m[1], n: m[0].length / m[1].length });
    at = m.index + m[0].length;
  }
  if (parts.length === 0) return bytes;
  if (at < bytes.length) parts.push(bytes.slice(at));
  return parts.length === 1 ? parts[0] : parts;
}

/// Returns the bytes, as a string, of a JSON value made by `fold`.
export function unfold(value) {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(unfold).join('');
  return value.rep.repeat(value.n);
}

/// Returns one line of JSON in ASCII.
export function toLine(value) {
  return JSON.stringify(value)
    .replace(/[\u0080-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'))
    .replace(escape, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}
