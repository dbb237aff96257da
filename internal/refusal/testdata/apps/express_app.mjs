// Mistakes that Express answers for a handler. Arguments: port, and the package.
import crypto from 'node:crypto';

const [, , port, name] = process.argv;
const { default: express } = await import(name);
const app = express();
const hash = (key, data) => crypto.createHmac('sha256', key).update(data).digest('hex');
const json = express.json();

app.post('/parsed', json, (req, res) => res.send(hash('key', req.body)));
app.post('/unparsed', (req, res) => res.send(hash('key', req.body)));
app.post('/secret', (req, res) => res.send(hash(process.env.VIDIKING_WEBHOOK_SECRET, 'body')));
app.post('/length', (req, res) => {
  const header = Buffer.from(req.headers['x-vidiking-signature']);
  res.send(crypto.timingSafeEqual(header, Buffer.from(hash('key', 'body'))));
});
app.post('/limit', json, (req, res) => res.send('ok'));
app.post('/empty', (req, res) => res.status(500).end());
app.post('/basic', (req, res) => res.status(401).set('WWW-Authenticate', 'Basic realm="admin"').send('Unauthorized'));
app.post('/bearer', (req, res) => res.status(401).json({ error: 'Missing bearer token' }));
app.post('/signature', (req, res) => res.status(401).json({ error: 'invalid signature' }));
app.post('/https', (req, res) => res.redirect(301, `https://${req.headers.host}${req.originalUrl}`));
app.post('/login', (req, res) => res.redirect('/login?next=/webhooks'));
app.post('/page', (req, res) =>
  res.send('<!doctype html><html><head><title>App</title></head><body><div id="root"></div><script type="module" src="/src/main.js"></script></body></html>'));

// Handlers that check the signature, each but the first with one mistake.
const check = (expected) => (req, res) =>
  req.headers['x-vidiking-signature'] === expected(req.body) ? res.send('ok') : res.status(401).json({ error: 'invalid signature' });
const key = process.env.HOOK_SECRET ?? '';
const raw = express.raw({ type: '*/*' });
app.post('/right', raw, check((body) => 'sha256=' + hash(key, body)));
app.post('/bare', raw, check((body) => hash(key, body)));
app.post('/written', json, check((body) => 'sha256=' + hash(key, JSON.stringify(body))));
app.post('/other', raw, check((body) => 'sha256=' + hash('whsec_other', body)));
app.post('/newline', raw, check((body) => 'sha256=' + hash(key + '\n', body)));
app.listen(+port, '127.0.0.1');
