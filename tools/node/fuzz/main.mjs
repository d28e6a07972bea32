// Differential fuzzer. Sends mutated bytes to a Node server (for responses: to Node's parser,
// driven like a client's) and to anode's parser, and compares the results.
// usage: node main.mjs --peer PROGRAM [--count N] [--seed S] [--out FILE] [--only INDEX] [--responses]
//
// Fails if anode accepts what Node rejects, or if messages, bodies or responses differ. If anode is
// stricter, the input must belong to a class of deviations.mjs, each of which is a row of
// docs/deviations.md.

import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { fold, toLine } from '../lib/bytes.mjs';
import { classify, leftBehindInterim, showWithoutTabs, withoutTabs } from './deviations.mjs';
import { mutate } from './mutations.mjs';
import { askNode, Peer } from './sides.mjs';
import { hideUpgrade } from '../parser/node_parser.mjs';
import { requests, responses } from '../parser/case_list.mjs';

const option = (name, missing) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? missing : process.argv[at + 1];
};
const count = Number(option('count', 200000));
const seed = Number(option('seed', 1));
const out = option('out', 'fuzz_node.failures.jsonl');
const only = option('only');
const kind = process.argv.includes('--responses') ? 'response' : 'request';
const batch = 250;
const mostFailures = 10;

// Long inputs are rare, because copying them would take most of the time.
const long = (text) => text.length > 3000;
const all = [...new Set((kind === 'request' ? requests : responses).map((r) => r.input).filter((s) => s.length > 0))];
const taken = await askNode(all.map((input) => ({ kind, input, cuts: [] })));
const good = all.filter((_, i) => !taken[i].code);
const short = { good: good.filter((s) => !long(s)), all: all.filter((s) => !long(s)) };
const input = (index) => ({ index, ...(index % 100 === 0 ? mutate(kind, seed, index, good, all) : mutate(kind, seed, index, short.good, short.all)) });

const peer = new Peer(option('peer'));

/// Returns undefined for equal results, else {kind, deviation?}.
function judge(input, node, ours) {
  // Responses after a change of protocol, or to a half-closed peer, are not HTTP's concern.
  if (ours.behind || (input.eof && !ours.code)) [node, ours] = [{ ...node, answers: '' }, { ...ours, answers: '' }];
  if (isDeepStrictEqual(node, ours)) return undefined;
  const deviation = classify(input, node, ours);
  if (deviation) return { deviation };
  if (node.code && !ours.code) return { kind: 'accepts what Node refuses' };
  if (!node.code && ours.code) return { kind: 'stricter, not documented' };
  if (!isDeepStrictEqual(node.messages.map((m) => m[4]), ours.messages.map((m) => m[4]))) return { kind: 'other framing' };
  if (!isDeepStrictEqual(node.messages, ours.messages)) return { kind: 'other message' };
  if (node.behind !== ours.behind) return { kind: 'other bytes behind an upgrade' };
  if (node.code !== ours.code) return { kind: 'other code' };
  if (node.answers !== ours.answers) return { kind: 'other answers' };
  return { kind: 'other reason or place of the error' };
}

/// Returns whether a server ignored an upgrade request: Node discards the rest of that read.
function ignoresUpgrade(input, { messages }) {
  return input.kind === 'request' && !input.upgrade && messages.some((m) => m[5].some((name, i) => i % 2 === 0 && name.toLowerCase() === 'upgrade'));
}

/// Parses with Node again the bytes that it leaves unparsed after interim responses to CONNECT.
async function askBehindInterims(input, first) {
  let result = first;
  for (let left; (left = leftBehindInterim(input, result)); ) {
    const from = input.input.length - left;
    const cuts = input.cuts.filter((c) => c > from).map((c) => c - from);
    const [rest] = await askNode([{ ...input, input: input.input.slice(from), cuts }]);
    result = { ...rest, messages: [...result.messages, ...rest.messages], at: String(rest.code && rest.code !== 'HPE_INVALID_EOF_STATE' ? Number(rest.at) + from : 0) };
  }
  return leftBehindInterim(input, result) === 0 ? { ...result, behind: '' } : result;
}

const open = ({ verdict }) => verdict && !verdict.deviation;

async function judgeAll(inputs) {
  const results = await compare(inputs, await peer.ask(inputs));
  const tabbed = results.filter((r) => open(r) && withoutTabs(r.input.input) !== r.input.input);
  if (tabbed.length > 0) {
    const blank = tabbed.map(({ input }) => ({ ...input, input: withoutTabs(input.input) }));
    const again = await compare(blank, tabbed.map(({ ours }) => showWithoutTabs(ours)), showWithoutTabs);
    again.forEach((r, i) => {
      if (!open(r)) tabbed[i].verdict = { deviation: 'framing-tab' };
    });
  }
  return results;
}

/// Compares anode's results with Node's results for the inputs. Applies `plain` to Node's results.
async function compare(inputs, ours, plain = (result) => result) {
  const node = (await askNode(inputs)).map(plain);
  const results = inputs.map((input, i) => ({ input, node: node[i], ours: ours[i], verdict: judge(input, node[i], ours[i]) }));
  const again = results.filter((r) => r.verdict && ignoresUpgrade(r.input, r.node));
  if (again.length > 0) {
    const names = again.map(({ input }) => hideUpgrade(input.input));
    const hidden = await askNode(again.map(({ input }, i) => ({ ...input, input: names[i].hidden })));
    again.forEach((r, i) => {
      const { show } = names[i];
      const shown = plain({ ...hidden[i], messages: hidden[i].messages.map((m) => m.map((x) => (Array.isArray(x) ? x.map(show) : show(x)))) });
      const verdict = judge(r.input, shown, r.ours);
      Object.assign(r, verdict ? { verdict, node: shown } : { verdict: { deviation: 'upgrade-ignored' } });
    });
  }
  for (const r of results.filter((r) => open(r) && leftBehindInterim(r.input, r.node) !== undefined)) {
    // If anode reports a closed connection, compare with Node's response to GET: the close does not
    // depend on the method of the request.
    const closed = r.ours.code === 'HPE_CLOSED_CONNECTION';
    const node = closed ? (await askNode([{ ...r.input, method: 'GET' }]))[0] : await askBehindInterims(r.input, r.node);
    if (!open({ verdict: judge(r.input, plain(node), r.ours) })) r.verdict = { deviation: 'connect-interim' };
  }
  return results;
}

/// Returns a shorter input that fails in the same way.
async function minimize(failure) {
  let best = failure;
  for (let size = Math.ceil(best.input.input.length / 2); size >= 1; ) {
    const { input } = best;
    const tries = [];
    if (input.cuts.length > 0) tries.push({ ...input, cuts: [] }, ...input.cuts.map((c) => ({ ...input, cuts: [c] })));
    for (const flag of ['eof', 'lenient', 'upgrade']) if (input[flag]) tries.push({ ...input, [flag]: false });
    for (let at = 0; at < input.input.length; at += size) {
      const shorter = input.input.slice(0, at) + input.input.slice(at + size);
      const cuts = input.cuts.map((c) => (c <= at ? c : Math.max(at, c - size))).map((c) => Math.min(c, shorter.length));
      tries.push({ ...input, input: shorter, cuts });
    }
    const weight = ({ input: i }) => i.input.length * 10 + i.cuts.length * 3 + i.eof + i.lenient + i.upgrade;
    const found = (await judgeAll(tries.slice(0, 400))).find((r) => r.verdict?.kind === failure.verdict.kind && weight(r) < weight(best));
    if (found) best = found;
    else if (size === 1) break;
    else size = Math.ceil(size / 2);
  }
  return best;
}

const began = Date.now();
const deviations = new Map();
const kinds = new Map();
const failures = [];
const codes = new Map();
let done = 0;
let refused = 0;
let messages = 0;

const first = only === undefined ? 0 : Number(only);
const last = only === undefined ? count : first + 1;
for (let at = first; at < last; at += batch) {
  const inputs = [];
  for (let i = at; i < Math.min(at + batch, last); ++i) inputs.push(input(i));
  for (const result of await judgeAll(inputs)) {
    ++done;
    if (result.node.code) {
      ++refused;
      codes.set(result.node.code, (codes.get(result.node.code) ?? 0) + 1);
    }
    messages += result.node.messages.length;
    const { verdict } = result;
    if (only !== undefined) console.log(JSON.stringify(result, null, 1));
    if (!verdict) continue;
    if (verdict.deviation) {
      deviations.set(verdict.deviation, (deviations.get(verdict.deviation) ?? 0) + 1);
      continue;
    }
    kinds.set(verdict.kind, (kinds.get(verdict.kind) ?? 0) + 1);
    if (failures.filter((f) => f.verdict.kind === verdict.kind).length < mostFailures) failures.push(result);
  }
}

const seconds = (Date.now() - began) / 1000;
console.log(`${done} inputs in ${seconds.toFixed(0)} s (${Math.round(done / seconds)} per second): ${messages} messages, ${refused} inputs rejected by Node`);
console.log(`rejected with: ${[...codes].sort((a, b) => b[1] - a[1]).map(([c, n]) => `${c} ${n}`).join(', ')}`);
for (const [row, n] of [...deviations].sort()) console.log(`deviation ${row}: ${n}`);
for (const [kind, n] of kinds) console.log(`FAILURE ${kind}: ${n}`);
if (failures.length > 0) {
  const lines = [];
  for (const failure of failures) {
    const small = await minimize(failure);
    const show = (r) => ({ ...r, messages: r.messages.map((m) => m.map((x) => (Array.isArray(x) ? x.map(fold) : fold(x)))) });
    const { index, input, ...how } = small.input;
    lines.push(toLine({ kind: small.verdict.kind, index, ...how, input: fold(input), node: show(small.node), ours: show(small.ours) }));
  }
  writeFileSync(out, lines.join('\n') + '\n');
  console.log(`the first ${failures.length}, minimized: ${out}; repeat one with --seed ${seed} --only INDEX`);
  process.exitCode = 1;
}
peer.end();
