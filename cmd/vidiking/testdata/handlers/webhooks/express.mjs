import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';

const secret = process.env.VIDIKING_WEBHOOK_SECRET;
if (!secret) throw new Error('VIDIKING_WEBHOOK_SECRET is not set');

const app = express();

// Register this before app.use(express.json()), which would consume the raw body.
app.post('/webhooks/vidiking', express.raw({ type: () => true, limit: '1mb' }), (req, res) => {
  if (!isSigned(req.body ?? '', req.get('x-vidiking-signature') ?? '')) {
    return res.status(401).json({ error: 'invalid signature' });
  }

  const payload = parse(req.body);
  if (!payload) {
    return res.status(400).json({ error: 'not JSON' });
  }

  res.json({ received: payload.event }); // respond first, work later: Vidiking waits 10 seconds
  console.log(payload.event, payload.data.id);
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

app.listen(3000);
