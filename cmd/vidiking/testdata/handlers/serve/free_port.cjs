'use strict';

// Loaded before a handler: whatever port it asks for, it gets a free one of loopback, and the first line printed is where.
const net = require('node:net');

const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (...args) {
  this.once('listening', () => process.stdout.write(`127.0.0.1:${this.address().port}\n`));
  return listen.call(this, 0, '127.0.0.1', args.find((arg) => typeof arg === 'function'));
};
