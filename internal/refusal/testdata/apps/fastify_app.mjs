// Mistakes that Fastify answers for a handler. Argument: port.
import crypto from 'node:crypto';
import fastify from 'fastify';

const app = fastify({ bodyLimit: 1000 });
const hash = (key, data) => crypto.createHmac('sha256', key).update(data).digest('hex');

app.post('/parsed', async (req) => hash('key', req.body));
app.post('/secret', async () => hash(process.env.VIDIKING_WEBHOOK_SECRET, 'body'));
app.post('/length', async (req) =>
  crypto.timingSafeEqual(Buffer.from(req.headers['x-vidiking-signature']), Buffer.from(hash('key', 'body'))));
app.post('/schema', { schema: { body: { type: 'object', required: ['kind'] } } }, async () => 'ok');

// Handlers that check the signature, each but the first with one mistake.
const check = (expected) => async (req, reply) =>
  req.headers['x-vidiking-signature'] === expected(req.body) ? 'ok' : reply.code(401).send({ error: 'invalid signature' });
const key = process.env.HOOK_SECRET ?? '';
app.post('/written', check((body) => 'sha256=' + hash(key, JSON.stringify(body))));
app.register(async (raw) => {
  raw.addContentTypeParser('application/json', { parseAs: 'buffer' }, (req, body, done) => done(null, body));
  raw.post('/right', check((body) => 'sha256=' + hash(key, body)));
  raw.post('/bare', check((body) => hash(key, body)));
  raw.post('/other', check((body) => 'sha256=' + hash('whsec_other', body)));
});
await app.listen({ port: +process.argv[2], host: '127.0.0.1' });
