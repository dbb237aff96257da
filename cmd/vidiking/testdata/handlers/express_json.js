'use strict';

// Express as Vidiking's sample has it: what is hashed is the parsed body, written again by JSON.stringify.
const crypto = require('node:crypto');
const fs = require('node:fs');
const express = require('express');

const [form, addressFile] = process.argv.slice(2);
const secret = process.env.VIDIKING_WEBHOOK_SECRET;

const app = express();

app.use(
  express.json({
    verify: (req, res, received) => fs.writeFileSync(`${addressFile}.body`, received), // for the test
  }),
);

app.post('/webhooks/vidiking', (req, res) => {
  const signature = req.headers['x-vidiking-signature'];
  const hex = crypto.createHmac('sha256', secret).update(JSON.stringify(req.body)).digest('hex');
  if (signature !== (form === 'prefixed' ? `sha256=${hex}` : hex)) {
    return res.status(401).json({ error: 'invalid signature' });
  }

  const { event, data } = req.body;
  res.json({ received: true, event, id: data.id });
});

// For the test: a free port, whose address appears in a file as a whole or not at all.
const server = app.listen(0, '127.0.0.1', (err) => {
  if (err) throw err;
  fs.writeFileSync(`${addressFile}.tmp`, `127.0.0.1:${server.address().port}`);
  fs.renameSync(`${addressFile}.tmp`, addressFile);
});
process.once('SIGINT', () => process.exit());
