<?php
// Mistakes that PHP answers for a handler.
switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/fatal':
        echo hash_hmac('sha256', [], getenv('VIDIKING_WEBHOOK_SECRET'));
        break;
    case '/warning':
        $event = json_decode(file_get_contents('php://input'), true);
        echo $event['data']['nothing'];
        break;
    default:
        http_response_code(401);
        echo 'invalid signature';
}
