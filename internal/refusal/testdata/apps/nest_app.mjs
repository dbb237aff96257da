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

class Hooks {
  guarded() { return 'ok'; }
  unauthorized() { throw new UnauthorizedException(); }
  parsed(req) { return crypto.createHmac('sha256', 'key').update(req.body).digest('hex'); }
}
method(Hooks, 'guarded', 'guarded');
method(Hooks, 'unauthorized', 'unauthorized');
method(Hooks, 'parsed', 'parsed');
Controller()(Hooks);

class App {}
Module({ controllers: [Hooks] })(App);

const app = await NestFactory.create(App, { logger: false });
app.useGlobalGuards({ canActivate: (context) => context.switchToHttp().getRequest().path !== '/api/guarded' });
app.setGlobalPrefix('api');
await app.listen(+process.argv[2], '127.0.0.1');
