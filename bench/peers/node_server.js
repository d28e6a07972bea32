// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Peer for comparison: Node.js itself.
// usage: node node_server.js PORT
'use strict';
const http = require('http');
const large = { '/64k': Buffer.alloc(65536, 'x'), '/1m': Buffer.alloc(1048576, 'x') };

const piece = large['/64k'];

// Sends 64 MiB in chunks and respects back-pressure.
function stream(res) {
  let left = 1024;
  const go = () => {
    while (left > 0) {
      --left;
      if (!res.write(piece)) {
        res.once('drain', go);
        return;
      }
    }
    res.end();
  };
  go();
}

function answer(req, res) {
  res.setHeader('Content-Type', 'text/plain');
  res.end(large[req.url] || 'Hello World!\n');
}

http.createServer((req, res) => {
  if (req.method === 'POST') {
    req.resume();
    req.on('end', () => answer(req, res));
  } else if (req.url === '/stream') {
    stream(res);
  } else {
    answer(req, res);
  }
}).listen(Number(process.argv[2]), '127.0.0.1');
