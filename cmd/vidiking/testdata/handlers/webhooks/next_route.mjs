import { createHmac, timingSafeEqual } from 'node:crypto';

export async function POST(request) {
  const body = Buffer.from(await request.arrayBuffer());
  if (!isSigned(body, request.headers.get('x-vidiking-signature') ?? '')) {
    return Response.json({ error: 'invalid signature' }, { status: 401 });
  }

  const payload = parse(body);
  if (!payload) {
    return Response.json({ error: 'not JSON' }, { status: 400 });
  }

  console.log(payload.event, payload.data.id); // run long work in after() of next/server: Vidiking waits 10 seconds
  return Response.json({ received: payload.event });
}

function parse(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isSigned(body, header) {
  const secret = process.env.VIDIKING_WEBHOOK_SECRET;
  if (!secret) throw new Error('VIDIKING_WEBHOOK_SECRET is not set');

  const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('hex'));
  const received = Buffer.from(header.replace(/^sha256=/, ''));
  return received.length === expected.length && timingSafeEqual(received, expected);
}
