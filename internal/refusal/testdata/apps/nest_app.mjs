// Mistakes that NestJS answers for a handler. Argument: port.
import 'reflect-metadata';
import crypto from 'node:crypto';
import { Controller, Module, Post, Req, UnauthorizedException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

// Decorators as TypeScript applies them.
const method = (type, name, path) => {
  Post(path)(type.prototype, name, Object.getOwnPropertyDescriptor(type.prototype, name));
  Req()(type.prototype, name, 0);
};

// Handlers that check the signature, each but the first with one mistake.
const key = process.env.HOOK_SECRET ?? '';
const hash = (secret, data) => crypto.createHmac('sha256', secret).update(data).digest('hex');
const check = (req, expected) => {
  if (req.headers['x-vidiking-signature'] !== expected) throw new UnauthorizedException();
  return 'ok';
};

class Hooks {
  guarded() { return 'ok'; }
  unauthorized() { throw new UnauthorizedException(); }
  right(req) { return check(req, 'sha256=' + hash(key, req.rawBody)); }
  bare(req) { return check(req, hash(key, req.rawBody)); }
  written(req) { return check(req, 'sha256=' + hash(key, JSON.stringify(req.body))); }
  other(req) { return check(req, 'sha256=' + hash('whsec_other', req.rawBody)); }
  parsed(req) { return crypto.createHmac('sha256', 'key').update(req.body).digest('hex'); }
}
method(Hooks, 'guarded', 'guarded');
method(Hooks, 'unauthorized', 'unauthorized');
method(Hooks, 'parsed', 'parsed');
for (const name of ['right', 'bare', 'written', 'other']) method(Hooks, name, name);
Controller()(Hooks);

class App {}
Module({ controllers: [Hooks] })(App);

const app = await NestFactory.create(App, { logger: false, rawBody: true });
app.useGlobalGuards({ canActivate: (context) => context.switchToHttp().getRequest().path !== '/api/guarded' });
app.setGlobalPrefix('api');
await app.listen(+process.argv[2], '127.0.0.1');
