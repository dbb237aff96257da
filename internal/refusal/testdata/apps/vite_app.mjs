// Mistakes that Vite's dev server answers for a handler. Argument: port.
import fs from 'node:fs';
import { createServer } from 'vite';

fs.writeFileSync('index.html', '<!doctype html><div id="root"></div>');
const server = await createServer({ configFile: false, logLevel: 'silent', server: { host: '127.0.0.1', port: +process.argv[2], strictPort: true } });
await server.listen();
