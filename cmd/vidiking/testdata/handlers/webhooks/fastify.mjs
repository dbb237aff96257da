import { createHmac, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';

const secret = process.env.VIDIKING_WEBHOOK_SECRET;
if (!secret) throw new Error('VIDIKING_WEBHOOK_SECRET is not set');

const app = Fastify();

// A separate plugin: only this route gets the raw body, and the others keep Fastify's parsers.
app.register(async (webhooks) => {
  webhooks.removeAllContentTypeParsers();
  webhooks.addContentTypeParser('*', { parseAs: 'buffer' }, async (request, body) => body);

  webhooks.post('/webhooks/vidiking', async (request, reply) => {
    if (!isSigned(request.body ?? '', request.headers['x-vidiking-signature'] ?? '')) {
      return reply.code(401).send({ error: 'invalid signature' });
    }

    const payload = parse(request.body);
    if (!payload) {
      return reply.code(400).send({ error: 'not JSON' });
    }

    console.log(payload.event, payload.data.id); // hand long work to a queue: Vidiking waits 10 seconds
    return { received: payload.event };
  });
});

function parse(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isSigned(body, header) {
  const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('hex'));
  const received = Buffer.from(header.replace(/^sha256=/, ''));
  return received.length === expected.length && timingSafeEqual(received, expected);
}

await app.listen({ port: 3000 });
