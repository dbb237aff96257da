'use strict';

// Express with the raw body: what is hashed is what arrived.
const crypto = require('node:crypto');
const fs = require('node:fs');
const express = require('express');

const [form, addressFile] = process.argv.slice(2);
const secret = process.env.VIDIKING_WEBHOOK_SECRET;

const app = express();

app.post('/webhooks/vidiking', express.raw({ type: 'application/json' }), (req, res) => {
  fs.writeFileSync(`${addressFile}.body`, req.body); // for the test

  const hex = crypto.createHmac('sha256', secret).update(req.body).digest('hex');
  const expected = Buffer.from(form === 'prefixed' ? `sha256=${hex}` : hex);
  const received = Buffer.from(req.get('x-vidiking-signature') ?? '');
  if (expected.length !== received.length || !crypto.timingSafeEqual(expected, received)) {
    return res.status(401).json({ error: 'invalid signature' });
  }

  const { event, data } = JSON.parse(req.body);
  res.json({ received: true, event, id: data.id });
});

// For the test: a free port, whose address appears in a file as a whole or not at all.
const server = app.listen(0, '127.0.0.1', (err) => {
  if (err) throw err;
  fs.writeFileSync(`${addressFile}.tmp`, `127.0.0.1:${server.address().port}`);
  fs.renameSync(`${addressFile}.tmp`, addressFile);
});
process.once('SIGINT', () => process.exit());
