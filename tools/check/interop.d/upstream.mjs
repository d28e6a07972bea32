// An HTTP server of Node for proxy tests: echoes bodies with trailers, sends large bodies, hints.
import http from 'node:http';

const chunk = Buffer.alloc(65536, 'x');

const server = http.createServer((req, res) => {
  const url = new URL(req.url, 'http://a');
  if (url.pathname.startsWith('/bytes/')) {
    let left = Number(url.pathname.slice(7));
    res.writeHead(200, {'Content-Length': left});
    const more = () => {
      while (left > 0) {
        const piece = left < chunk.length ? chunk.subarray(0, left) : chunk;
        left -= piece.length;
        if (!res.write(piece)) {
          res.once('drain', more);
          return;
        }
      }
      res.end();
    };
    more();
  } else if (url.pathname === '/hints') {
    res.writeEarlyHints({link: '</a.css>; rel=preload'});
    res.end('hinted');
  } else if (url.pathname === '/trailers') {
    let body = '';
    res.writeHead(200, {'Transfer-Encoding': 'chunked', Trailer: 'X-Down, X-Down2'});
    req.setEncoding('latin1');
    req.on('data', (d) => body += d);
    req.on('end', () => {
      res.write(JSON.stringify({body, trailers: req.rawTrailers}));
      res.addTrailers({'X-Down': 'down', 'X-Down2': '2'});
      res.end();
    });
  } else if (url.pathname === '/headers') {
    res.end(JSON.stringify(req.rawHeaders));
  } else {
    res.writeHead(200, {'Transfer-Encoding': 'chunked', Trailer: 'X-Length'});
    let length = 0;
    req.on('data', (d) => {
      length += d.length;
      res.write(d);
    });
    req.on('end', () => {
      res.addTrailers({'X-Length': String(length)});
      res.end();
    });
  }
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
