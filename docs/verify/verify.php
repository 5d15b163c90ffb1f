<?php
// How a receiver checks a webhook request in PHP. From the command line: php verify.php SECRET ID TIMESTAMP SIGNATURES [NOW] < body
// In a request: genuine($secret, $_SERVER['HTTP_WEBHOOK_ID'] ?? '', $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '',
//   $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '', file_get_contents('php://input'), time())
declare(strict_types=1);

function genuine(string $secret, string $id, string $timestamp, string $signatures, string $body, int $now): bool
{
    if (!ctype_digit($timestamp) || abs($now - (int) $timestamp) > 300) {
        return false;
    }
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    $want = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $signatures) as $given) {
        if (hash_equals($want, $given)) {
            return true;
        }
    }
    return false;
}

if (PHP_SAPI === 'cli' && realpath($argv[0]) === __FILE__) {
    [, $secret, $id, $timestamp, $signatures] = $argv;
    $body = stream_get_contents(STDIN);
    exit(genuine($secret, $id, $timestamp, $signatures, $body, (int) ($argv[5] ?? time())) ? 0 : 1);
}
