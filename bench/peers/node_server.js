// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Peer for comparison: Node.js itself.
// usage: node node_server.js PORT [CERTIFICATE KEY]
'use strict';
const fs = require('fs');
const http = require('http');
const https = require('https');
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

function serve(req, res) {
  if (req.method === 'POST') {
    req.resume();
    req.on('end', () => answer(req, res));
  } else if (req.url === '/stream') {
    stream(res);
  } else {
    answer(req, res);
  }
}

const [port, cert, key] = process.argv.slice(2);
const server = cert
  ? https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, serve)
  : http.createServer(serve);
server.listen(Number(port), '127.0.0.1');
