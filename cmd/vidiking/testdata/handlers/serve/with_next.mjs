// Calls a route handler of Next.js as Next.js does: with a Request of the web platform, for a Response of it.
import http from 'node:http';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const route = await import(pathToFileURL(process.argv[2]));

const server = http.createServer(async (req, res) => {
  if (!route[req.method]) {
    res.writeHead(405).end(); // as Next.js responds to a method that the route does not export
    return;
  }
  try {
    const answer = await route.POST(
      new Request(`http://${req.headers.host}${req.url}`, {
        method: req.method,
        headers: req.headers,
        body: Readable.toWeb(req),
        duplex: 'half',
      }),
    );
    res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  } catch {
    res.writeHead(500).end();
  }
});

server.listen(0);
