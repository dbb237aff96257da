// Mistakes that Next.js answers for a handler. Argument: port.
import fs from 'node:fs';
import http from 'node:http';
import next from 'next';

const write = (path, text) => {
  fs.mkdirSync(`app/${path}`, { recursive: true });
  fs.writeFileSync(`app/${path}/route.js`, text);
};
write('default', 'export default function handler() { return new Response("ok") }');
write('get', 'export function GET() { return new Response("ok") }');
write('throws', 'export function POST() { throw new Error("no secret") }');
fs.writeFileSync('app/layout.js', 'export default function Layout({ children }) { return <html><body>{children}</body></html> }');
fs.writeFileSync('app/page.js', 'export default function Page() { return <p>Hello</p> }');

const app = next({ dev: true, dir: '.', quiet: true });
await app.prepare();
http.createServer(app.getRequestHandler()).listen(+process.argv[2], '127.0.0.1');
