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

    const { event, data } = JSON.parse(request.body);
    console.log(event, data.id); // hand long work to a queue: Vidiking waits 10 seconds
    return { received: event };
  });
});

function isSigned(body, header) {
  const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('hex'));
  const received = Buffer.from(header.replace(/^sha256=/, ''));
  return received.length === expected.length && timingSafeEqual(received, expected);
}

await app.listen({ port: 3000 });
