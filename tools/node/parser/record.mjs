// Records the results of Node's parser for every case, the data of the parser's replay test.
// usage: node --expose-internals record.mjs FOLDER
//
// Writes requests.jsonl and responses.jsonl into FOLDER. Node's parser parses each case whole and
// byte by byte, which gives the exact messages. A real server or client also gets the case: it must
// agree, and it gives the automatic response.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { fold, toLine } from '../lib/bytes.mjs';
import { askClient, askServer } from '../fuzz/server_side.mjs';
import { askNode } from '../fuzz/sides.mjs';
import { parse } from './node_parser.mjs';
import { requests, responses } from './case_list.mjs';
import { deviationOf } from './deviations.mjs';

const folder = process.argv[2];
const oneRead = 65536;
const disagreements = [];

/// Returns a result without members that have default values.
function compact(result) {
  const messages = result.messages.map((m) => {
    const c = { ...m, headers: m.headers.map(fold), trailers: m.trailers.map(fold), body: fold(m.body) };
    if ('url' in m) c.url = fold(m.url);
    if ('reason' in m) c.reason = fold(m.reason);
    if (c.version === '1.1') delete c.version;
    if (c.upgrade === false) delete c.upgrade;
    if (c.keep_alive === true) delete c.keep_alive;
    if (c.body === '') delete c.body;
    if (c.trailers.length === 0) delete c.trailers;
    if (c.complete === true) delete c.complete;
    return c;
  });
  return { ...result, messages: foldMessages(messages) };
}

/// Merges equal neighbours into one with a count.
function foldMessages(messages) {
  const out = [];
  for (const m of messages) {
    const last = out.at(-1);
    if (last && isDeepStrictEqual({ ...last, times: undefined }, { ...m, times: undefined })) last.times = (last.times ?? 1) + 1;
    else out.push(m);
  }
  return out;
}

/// Asks the real server or client too. A loaded machine can need more time than `quiet` ms.
async function confirm(test, node, quiet, compare) {
  if (test.kind === 'request') {
    const told = await askServer(test, true, quiet);
    const mute = await askServer(test, false, quiet);
    if (test.input.length < oneRead && node.dropped === undefined) {
      const { packet, ...error } = told.error ?? {};
      compare('error', node.error ?? {}, error);
      if (node.error && !test.eof) compare('raw packet', test.input.length, packet);
      compare('automatic answer', node.error !== undefined || answeredBefore(node), mute.answers.length > 0);
    }
    if (test.max_header_size === undefined) {
      const [inMemory] = await askNode([{ ...test, cuts: [] }]);
      compare('messages', node.messages.map((m) => [m.method, m.url, m.version, m.body, m.headers, m.trailers, m.complete]),
        inMemory.messages.map(([complete, method, url, version, body, headers, trailers]) => [method, url, version, body, headers, trailers, complete === 'c']));
      compare('error in memory', node.error ? [node.error.code, node.error.reason, node.error.bytes] : ['', '', 0],
        [inMemory.code, inMemory.reason, Number(inMemory.at)]);
      compare('bytes behind an upgrade', String(node.head ?? ''), inMemory.behind);
    }
    return mute.answers;
  } else {
    const told = await askClient(test, quiet);
    const final = node.messages.find((m) => m.status >= 200 || m.upgrade || test.method === 'CONNECT');
    if (final) compare('status', final.status, told.status);
    if (node.error && test.input.length < oneRead && node.error.code !== 'HPE_INVALID_EOF_STATE') {
      compare('error', node.error, told.error ?? {});
    }
    return [];
  }
}

/// Returns whether the server answers a request automatically: it has no Host, or an Expect field.
function answeredBefore(node) {
  const has = (m, name) => m.headers.some((h, i) => i % 2 === 0 && h.toLowerCase() === name);
  return node.messages.some((m) => m.version === '1.1' && (!has(m, 'host') || has(m, 'expect')));
}

async function record(test) {
  const node = parse(test, [test.input]);
  const bytewise = parse(test, [...test.input]);
  for (const quiet of [25, 100, 400, 1600]) {
    const differ = [];
    const answers = await confirm(test, node, quiet, (what, ours, theirs) => {
      if (!isDeepStrictEqual(ours, theirs)) {
        differ.push(`${test.name}: ${what}: parser ${JSON.stringify(ours)}, server or client ${JSON.stringify(theirs)}`);
      }
    });
    if (answers.length > 0) node.answers = answers;
    if (differ.length === 0) break;
    if (quiet === 1600) disagreements.push(...differ);
  }
  const { name, kind, input, ...options } = test;
  const out = { name, ...options, input: fold(input), node: compact(node) };
  // Byte by byte, Node detects some errors at another byte and misses a few.
  const differs = {};
  if (!isDeepStrictEqual(bytewise.error, node.error)) differs.error = bytewise.error ?? null;
  if (!isDeepStrictEqual(bytewise.messages, node.messages)) differs.messages = compact(bytewise).messages;
  if (bytewise.head !== node.head && test.input.length > 0) differs.head = bytewise.head ?? null;
  if (Object.keys(differs).length > 0) out.bytewise = differs;
  const deviation = deviationOf(test, node);
  if (deviation) {
    out.deviation = { row: deviation.row, mends: deviation.mends, expected: compact(deviation.expected) };
    if (deviation.bytewise) out.deviation.bytewise = compact(deviation.bytewise);
  }
  return out;
}

async function recordAll(cases, file) {
  const lines = [];
  const todo = cases.keys();
  await Promise.all(Array.from({ length: 24 }, async () => {
    for (const i of todo) lines[i] = toLine(await record(cases[i]));
  }));
  writeFileSync(join(folder, file), lines.join('\n') + '\n');
  console.log(`${file}: ${lines.length} cases`);
}

await recordAll(requests, 'requests.jsonl');
await recordAll(responses, 'responses.jsonl');
for (const d of disagreements) console.error(d);
if (disagreements.length > 0) {
  console.error(`${disagreements.length} disagreements between the parser and the real server or client`);
  process.exitCode = 1;
}
