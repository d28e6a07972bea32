// Records what Node's parser makes of every case: the checked-in data of the parser's replay test.
// usage: node --expose-internals record_parser.mjs FOLDER
//
// Writes parser_requests.jsonl and parser_responses.jsonl into FOLDER. Each case goes through
// Node's parser itself, whole and byte by byte, which tells the messages exactly; and through a
// real server or client, which must agree and which tells the automatic answer.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { fold, toLine } from './bytes.mjs';
import { askClient, askServer } from './node_server.mjs';
import { parse } from './node_parser.mjs';
import { requests, responses } from './parser_case_list.mjs';
import { deviationOf } from './parser_deviations.mjs';

const folder = process.argv[2];
const oneRead = 65536;
const disagreements = [];

function compare(test, what, ours, theirs) {
  if (!isDeepStrictEqual(ours, theirs)) {
    disagreements.push(`${test.name}: ${what}: parser ${JSON.stringify(ours)}, ${test.kind === 'request' ? 'server' : 'client'} ${JSON.stringify(theirs)}`);
  }
}

/// A result without what is at its default.
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

/// Equal neighbours become one with a count.
function foldMessages(messages) {
  const out = [];
  for (const m of messages) {
    const last = out.at(-1);
    if (last && isDeepStrictEqual({ ...last, times: undefined }, { ...m, times: undefined })) last.times = (last.times ?? 1) + 1;
    else out.push(m);
  }
  return out;
}

async function record(test) {
  const node = parse(test, [test.input]);
  const bytewise = parse(test, [...test.input]);
  if (test.kind === 'request') {
    const told = await askServer(test, true);
    const mute = await askServer(test, false);
    if (test.input.length < oneRead && node.dropped === undefined) {
      const { packet, ...error } = told.error ?? {};
      compare(test, 'error', node.error ?? {}, error);
      if (node.error && !test.eof) compare(test, 'raw packet', test.input.length, packet);
    }
    if (mute.answers.length > 0) node.answers = mute.answers;
  } else {
    const told = await askClient(test);
    const final = node.messages.find((m) => m.status >= 200 || m.upgrade || test.method === 'CONNECT');
    if (final) compare(test, 'status', final.status, told.status);
    if (node.error && test.input.length < oneRead && node.error.code !== 'HPE_INVALID_EOF_STATE') {
      compare(test, 'error', node.error, told.error ?? {});
    }
  }
  const { name, kind, input, ...options } = test;
  const out = { name, ...options, input: fold(input), node: compact(node) };
  // Byte by byte Node notices some errors at another byte, and few at all.
  const differs = {};
  if (!isDeepStrictEqual(bytewise.error, node.error)) differs.error = bytewise.error ?? null;
  if (!isDeepStrictEqual(bytewise.messages, node.messages)) differs.messages = compact(bytewise).messages;
  if (bytewise.head !== node.head && test.input.length > 0) differs.head = bytewise.head ?? null;
  if (Object.keys(differs).length > 0) out.bytewise = differs;
  const deviation = deviationOf(test, node);
  if (deviation) out.deviation = deviation;
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

await recordAll(requests, 'parser_requests.jsonl');
await recordAll(responses, 'parser_responses.jsonl');
for (const d of disagreements) console.error(d);
if (disagreements.length > 0) {
  console.error(`${disagreements.length} disagreements between the parser and the real server or client`);
  process.exitCode = 1;
}
