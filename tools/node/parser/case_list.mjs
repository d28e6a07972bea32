// The list of all parser cases: the areas of the case files with complete names and options.
//
// Options of a case:
//   lenient          insecureHTTPParser
//   max_header_size  maxHeaderSize; 16384 by default
//   eof              the peer half-closes after the input
//   upgrade          requests: the server has an 'upgrade' listener
//   method           responses: the method of the request

import { areas as requestAreas } from './request_cases.mjs';
import { areas as framingAreas } from './request_framing_cases.mjs';
import { areas as responseAreas } from './response_cases.mjs';

function expand(kind, areas) {
  const list = [];
  for (const [area, cases] of Object.entries(areas)) {
    for (const [name, input, options] of cases) {
      if (/[^\0-\xff]/.test(input)) throw new Error(`${area}/${name}: a character is above U+00FF`);
      list.push({ name: `${kind}/${area}/${name}`, kind, input, ...options });
    }
  }
  const names = new Set();
  for (const { name } of list) {
    if (names.has(name)) throw new Error(`two cases have the name ${name}`);
    names.add(name);
  }
  return list;
}

export const requests = expand('request', { ...requestAreas, ...framingAreas });
export const responses = expand('response', responseAreas);
