<?php
// Signs bodies with the mistakes that PHP programs make. Prints one JSON object per line.
declare(strict_types=1);

const SECRET = 'whsec_dGhlX3NlY3JldF9vZl90aGVfbWF0cml4';

function readInput(string $name): string
{
    return file_get_contents(__DIR__ . '/' . $name);
}

function emit(string $mistake, string $input, string $header, ?string $written = null): void
{
    $out = ['language' => 'php', 'version' => PHP_VERSION, 'mistake' => $mistake, 'input' => $input, 'header' => $header];
    if ($written !== null) {
        $out['written_base64'] = base64_encode($written);
    }
    echo json_encode($out, JSON_UNESCAPED_SLASHES), "\n";
}

$writers = [
    'json_encode' => 0,
    'json_encode unescaped slashes' => JSON_UNESCAPED_SLASHES,
    'json_encode unescaped unicode' => JSON_UNESCAPED_UNICODE,
    'json_encode unescaped' => JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE,
    'json_encode pretty' => JSON_PRETTY_PRINT,
];
foreach (['documented.json', 'pretty.json', 'rich.json'] as $input) {
    foreach ($writers as $mistake => $flags) {
        foreach ([false => 'objects', true => 'arrays'] as $associative => $of) {
            $written = json_encode(json_decode(readInput($input), (bool) $associative), $flags);
            emit("$mistake of $of", $input, 'sha256=' . hash_hmac('sha256', $written, SECRET), $written);
        }
    }
}

$input = 'documented.json';
$body = readInput($input);
$rest = substr(SECRET, strlen('whsec_'));
emit('bare', $input, hash_hmac('sha256', $body, SECRET));
emit('base64', $input, base64_encode(hash_hmac('sha256', $body, SECRET, true)));
emit('base64 of hex', $input, base64_encode(hash_hmac('sha256', $body, SECRET)));
foreach (['sha1', 'sha224', 'sha384', 'sha512', 'md5'] as $algorithm) {
    emit($algorithm, $input, "$algorithm=" . hash_hmac($algorithm, $body, SECRET));
}
emit('plain hash', $input, 'sha256=' . hash('sha256', $body));
emit('secret and body', $input, 'sha256=' . hash('sha256', SECRET . $body));
emit('body and secret', $input, 'sha256=' . hash('sha256', $body . SECRET));
emit('swapped', $input, 'sha256=' . hash_hmac('sha256', SECRET, $body));
emit('without whsec_', $input, 'sha256=' . hash_hmac('sha256', $body, $rest));
emit('secret decoded', $input, 'sha256=' . hash_hmac('sha256', $body, base64_decode($rest)));
emit('whole secret decoded', $input, 'sha256=' . hash_hmac('sha256', $body, base64_decode(SECRET)));
emit('secret with line feed', $input, 'sha256=' . hash_hmac('sha256', $body, SECRET . PHP_EOL));
emit('secret empty', $input, 'sha256=' . hash_hmac('sha256', $body, (string) getenv('NO_SUCH_SECRET')));
emit('body encoded twice', $input, 'sha256=' . hash_hmac('sha256', json_encode($body), SECRET));
emit('body empty', $input, 'sha256=' . hash_hmac('sha256', '', SECRET));
emit('body without line feed', 'pretty.json', 'sha256=' . hash_hmac('sha256', trim(readInput('pretty.json')), SECRET));
emit('json_encode, base64', $input, base64_encode(hash_hmac('sha256', json_encode(json_decode($body)), SECRET, true)));
emit('json_encode, without whsec_', $input, 'sha256=' . hash_hmac('sha256', json_encode(json_decode($body)), $rest));
