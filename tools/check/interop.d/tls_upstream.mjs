// An https server of Node: answers with facts about the connection, echoes bodies, shows headers. It
// asks for client certificates. The certificates are in TLS_PKI.
import {readFileSync} from 'node:fs';
import https from 'node:https';

const pem = (file) => readFileSync(`${process.env.TLS_PKI}/${file}`);
const seen = new WeakSet();
const server = https.createServer({
  cert: pem('good.pem'), key: pem('good.key'), ca: pem('people.pem'), requestCert: true, rejectUnauthorized: false,
}, (req, res) => {
  const {socket} = req;
  if (req.url === '/echo') {
    req.pipe(res);
  } else if (req.url === '/headers') {
    res.end(JSON.stringify(req.headers));
  } else {
    res.end(JSON.stringify({
      authorized: socket.authorized, reused: socket.isSessionReused(), protocol: socket.getProtocol(),
      alpn: socket.alpnProtocol, servername: socket.servername, first: !seen.has(socket),
      client: socket.getPeerCertificate()?.subject?.CN,
    }) + '\n');
    seen.add(socket);
  }
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on https://127.0.0.1:${server.address().port}`);
});
