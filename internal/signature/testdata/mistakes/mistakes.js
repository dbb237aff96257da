// Signs bodies with the mistakes that Node programs make. Prints one JSON object per line.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const secret = 'whsec_dGhlX3NlY3JldF9vZl90aGVfbWF0cml4';
const read = (name) => fs.readFileSync(path.join(__dirname, name));
const hmac = (body, { key = secret, algorithm = 'sha256', encoding = 'hex' } = {}) =>
  crypto.createHmac(algorithm, key).update(body).digest(encoding);
const emit = (mistake, input, header, written) => console.log(JSON.stringify({
  language: 'node', version: process.version, mistake, input, header,
  ...(written === undefined ? {} : { written_base64: Buffer.from(written).toString('base64') }),
}));

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((k) => [k, sorted(value[k])]));
}

const writers = {
  'JSON.stringify': (v) => JSON.stringify(v),
  'JSON.stringify indent 2': (v) => JSON.stringify(v, null, 2),
  'JSON.stringify indent 4': (v) => JSON.stringify(v, null, 4),
  'JSON.stringify tab': (v) => JSON.stringify(v, null, '\t'),
  'JSON.stringify sorted': (v) => JSON.stringify(sorted(v)),
};
for (const input of ['documented.json', 'pretty.json', 'rich.json']) {
  for (const [mistake, write] of Object.entries(writers)) {
    const written = write(JSON.parse(read(input)));
    emit(mistake, input, 'sha256=' + hmac(written), written);
  }
}

const input = 'documented.json';
const body = read(input);
const text = body.toString();
const rest = secret.slice('whsec_'.length);
emit('bare', input, hmac(body));
emit('upper-case hex', input, 'sha256=' + hmac(body).toUpperCase());
emit('upper-case prefix', input, 'SHA256=' + hmac(body));
emit('prefix v1=', input, 'v1=' + hmac(body));
emit('stripe', input, `t=1736937045,v1=${hmac('1736937045.' + text)}`);
emit('prefix twice', input, 'sha256=sha256=' + hmac(body));
emit('quoted', input, JSON.stringify('sha256=' + hmac(body)));
emit('two in one header', input, `sha256=${'0'.repeat(64)}, sha256=${hmac(body)}`);
emit('base64', input, hmac(body, { encoding: 'base64' }));
emit('base64, prefixed', input, 'sha256=' + hmac(body, { encoding: 'base64' }));
emit('base64url', input, 'sha256=' + hmac(body, { encoding: 'base64url' }));
emit('base64 of hex', input, Buffer.from(hmac(body)).toString('base64'));
for (const algorithm of ['sha1', 'sha224', 'sha384', 'sha512', 'md5']) {
  emit(algorithm, input, `${algorithm}=${hmac(body, { algorithm })}`);
}
emit('bare sha1', input, hmac(body, { algorithm: 'sha1' }));
emit('sha512 in base64', input, hmac(body, { algorithm: 'sha512', encoding: 'base64' }));
emit('plain hash', input, 'sha256=' + crypto.createHash('sha256').update(body).digest('hex'));
emit('secret and body', input, 'sha256=' + crypto.createHash('sha256').update(secret + text).digest('hex'));
emit('body and secret', input, 'sha256=' + crypto.createHash('sha256').update(text + secret).digest('hex'));
emit('swapped', input, 'sha256=' + hmac(secret, { key: body }));
emit('without whsec_', input, 'sha256=' + hmac(body, { key: rest }));
emit('secret decoded', input, 'sha256=' + hmac(body, { key: Buffer.from(rest, 'base64') }));
emit('whole secret decoded', input, 'sha256=' + hmac(body, { key: Buffer.from(secret, 'base64') }));
emit('secret with line feed', input, 'sha256=' + hmac(body, { key: secret + '\n' }));
emit('secret in quotes', input, 'sha256=' + hmac(body, { key: `"${secret}"` }));
emit('secret empty', input, 'sha256=' + hmac(body, { key: process.env.NO_SUCH_SECRET || '' }));
emit('secret undefined', input, 'sha256=' + hmac(body, { key: `${process.env.NO_SUCH_SECRET}` }));
emit('body encoded twice', input, 'sha256=' + hmac(JSON.stringify(text)));
emit('body empty', input, 'sha256=' + hmac(''));
emit('body {}', input, 'sha256=' + hmac(JSON.stringify({})));
emit('body [object Object]', input, 'sha256=' + hmac(String(JSON.parse(text))));
emit('body undefined', input, 'sha256=' + hmac(String(undefined)));
emit('body in base64', input, 'sha256=' + hmac(body.toString('base64')));
emit('body with line feed', input, 'sha256=' + hmac(text + '\n'));
emit('body without line feed', 'pretty.json', 'sha256=' + hmac(read('pretty.json').toString().trimEnd()));
emit('body with CR LF', 'pretty.json', 'sha256=' + hmac(read('pretty.json').toString().replaceAll('\n', '\r\n')));
emit('body with mark', input, 'sha256=' + hmac('\ufeff' + text));
emit('body cut', input, 'sha256=' + hmac(body.subarray(0, 128)));
emit('body as latin1', 'rich.json', 'sha256=' + hmac(read('rich.json').toString('latin1')));
emit('header cut', input, 'sha256=' + hmac(body).slice(0, 32));
emit('header placeholder', input, String(undefined));
emit('header promise', input, 'sha256=' + Promise.resolve());
emit('base64 of indented', input, hmac(JSON.stringify(JSON.parse(text), null, 2), { encoding: 'base64' }));
emit('without whsec_, indented', input, 'sha256=' + hmac(JSON.stringify(JSON.parse(text), null, 2), { key: rest }));
emit('decoded, base64, indented', input, hmac(JSON.stringify(JSON.parse(text), null, 2), { key: Buffer.from(rest, 'base64'), encoding: 'base64' }));
