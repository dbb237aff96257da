<?php
// Mistakes that PHP answers for a handler.
function check($expected)
{
    if (($_SERVER['HTTP_X_VIDIKING_SIGNATURE'] ?? '') !== $expected(file_get_contents('php://input'))) {
        http_response_code(401);
        echo 'invalid signature';
        return;
    }
    echo 'ok';
}

switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/fatal':
        echo hash_hmac('sha256', [], getenv('VIDIKING_WEBHOOK_SECRET'));
        break;
    case '/warning':
        $event = json_decode(file_get_contents('php://input'), true);
        echo $event['data']['nothing'];
        break;
    // Handlers that check the signature, each but the first with one mistake.
    case '/right':
        check(fn($body) => 'sha256=' . hash_hmac('sha256', $body, getenv('HOOK_SECRET')));
        break;
    case '/bare':
        check(fn($body) => hash_hmac('sha256', $body, getenv('HOOK_SECRET')));
        break;
    case '/written':
        check(fn($body) => 'sha256=' . hash_hmac('sha256', json_encode(json_decode($body, true)), getenv('HOOK_SECRET')));
        break;
    case '/other':
        check(fn($body) => 'sha256=' . hash_hmac('sha256', $body, 'whsec_other'));
        break;
    default:
        http_response_code(401);
        echo 'invalid signature';
}
