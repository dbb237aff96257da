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
await app.listen({ port: +process.argv[2], host: '127.0.0.1' });
