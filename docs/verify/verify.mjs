// How a receiver checks a webhook request in Node. From the command line: node verify.mjs SECRET ID TIMESTAMP SIGNATURES [NOW] < body
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";

// headers: names in lower case, as Node gives them. body: a Buffer with the request's body as it came.
export function genuine(secret, headers, body, now = Date.now() / 1000) {
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (!/^\d+$/.test(timestamp) || Math.abs(now - Number(timestamp)) > 300) return false;
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
  const mac = createHmac("sha256", key).update(`${headers["webhook-id"]}.${timestamp}.`).update(body);
  const want = Buffer.from("v1," + mac.digest("base64"));
  return (headers["webhook-signature"] ?? "").split(" ").map((s) => Buffer.from(s))
    .some((given) => given.length === want.length && timingSafeEqual(given, want));
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [secret, id, timestamp, signatures, now] = argv.slice(2);
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures };
  exit(genuine(secret, headers, readFileSync(0), now === undefined ? undefined : Number(now)) ? 0 : 1);
}
