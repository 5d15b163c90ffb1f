"""How a receiver checks a webhook request in Python.

From the command line: python3 verify.py SECRET ID TIMESTAMP SIGNATURES [NOW] < body
"""
import base64
import hashlib
import hmac
import sys
import time


def genuine(secret, headers, body, now=None):
    """headers: anything with get(). body: bytes, the request's body as it came."""
    timestamp = headers.get("webhook-timestamp") or ""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > 300:
        return False
    key = secret.encode()
    if secret.startswith("whsec_"):
        key = base64.b64decode(secret[6:] + "=" * (-len(secret[6:]) % 4))
    signed = f"{headers.get('webhook-id')}.{timestamp}.".encode(errors="replace") + body
    want = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    given = (headers.get("webhook-signature") or "").encode(errors="replace").split(b" ")
    return any(hmac.compare_digest(g, want) for g in given)


if __name__ == "__main__":
    secret, id_, timestamp, signatures, *now = sys.argv[1:]
    headers = {"webhook-id": id_, "webhook-timestamp": timestamp, "webhook-signature": signatures}
    ok = genuine(secret, headers, sys.stdin.buffer.read(), float(now[0]) if now else None)
    sys.exit(0 if ok else 1)
