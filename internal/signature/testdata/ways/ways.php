<?php
// Signs bodies in the ways that go wrong, as PHP programs do. Prints one JSON object a line.
declare(strict_types=1);

const SECRET = 'whsec_dGhlX3NlY3JldF9vZl90aGVfbWF0cml4';

function readInput(string $name): string
{
    return file_get_contents(__DIR__ . '/' . $name);
}

function say(string $way, string $input, string $header, ?string $written = null): void
{
    $out = ['language' => 'php', 'version' => PHP_VERSION, 'way' => $way, 'input' => $input, 'header' => $header];
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
    foreach ($writers as $way => $flags) {
        foreach ([false => 'objects', true => 'arrays'] as $associative => $of) {
            $written = json_encode(json_decode(readInput($input), (bool) $associative), $flags);
            say("$way of $of", $input, 'sha256=' . hash_hmac('sha256', $written, SECRET), $written);
        }
    }
}

$input = 'documented.json';
$body = readInput($input);
$rest = substr(SECRET, strlen('whsec_'));
say('bare', $input, hash_hmac('sha256', $body, SECRET));
say('base64', $input, base64_encode(hash_hmac('sha256', $body, SECRET, true)));
say('base64 of hex', $input, base64_encode(hash_hmac('sha256', $body, SECRET)));
foreach (['sha1', 'sha224', 'sha384', 'sha512', 'md5'] as $algorithm) {
    say($algorithm, $input, "$algorithm=" . hash_hmac($algorithm, $body, SECRET));
}
say('plain hash', $input, 'sha256=' . hash('sha256', $body));
say('secret and body', $input, 'sha256=' . hash('sha256', SECRET . $body));
say('body and secret', $input, 'sha256=' . hash('sha256', $body . SECRET));
say('swapped', $input, 'sha256=' . hash_hmac('sha256', SECRET, $body));
say('without whsec_', $input, 'sha256=' . hash_hmac('sha256', $body, $rest));
say('secret decoded', $input, 'sha256=' . hash_hmac('sha256', $body, base64_decode($rest)));
say('whole secret decoded', $input, 'sha256=' . hash_hmac('sha256', $body, base64_decode(SECRET)));
say('secret with line feed', $input, 'sha256=' . hash_hmac('sha256', $body, SECRET . PHP_EOL));
say('secret empty', $input, 'sha256=' . hash_hmac('sha256', $body, (string) getenv('NO_SUCH_SECRET')));
say('body encoded twice', $input, 'sha256=' . hash_hmac('sha256', json_encode($body), SECRET));
say('body empty', $input, 'sha256=' . hash_hmac('sha256', '', SECRET));
say('body without line feed', 'pretty.json', 'sha256=' . hash_hmac('sha256', trim(readInput('pretty.json')), SECRET));
say('json_encode, base64', $input, base64_encode(hash_hmac('sha256', json_encode(json_decode($body)), SECRET, true)));
say('json_encode, without whsec_', $input, 'sha256=' . hash_hmac('sha256', json_encode(json_decode($body)), $rest));
