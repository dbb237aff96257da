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

// Handlers that check the signature, each but the first with one mistake.
const check = (path, expected) => write(path, `import crypto from 'node:crypto';
  const key = process.env.HOOK_SECRET ?? '';
  const hash = (secret, data) => crypto.createHmac('sha256', secret).update(data).digest('hex');
  export async function POST(request) {
    const body = await request.text();
    return request.headers.get('x-vidiking-signature') === ${expected} ? new Response('ok') : new Response(null, { status: 401 });
  }`);
check('right', `'sha256=' + hash(key, body)`);
check('bare', `hash(key, body)`);
check('written', `'sha256=' + hash(key, JSON.stringify(JSON.parse(body)))`);
check('other', `'sha256=' + hash('whsec_other', body)`);
fs.writeFileSync('app/layout.js', 'export default function Layout({ children }) { return <html><body>{children}</body></html> }');
fs.writeFileSync('app/page.js', 'export default function Page() { return <p>Hello</p> }');

const app = next({ dev: true, dir: '.', quiet: true });
await app.prepare();
http.createServer(app.getRequestHandler()).listen(+process.argv[2], '127.0.0.1');
