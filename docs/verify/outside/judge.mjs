// Hands requests to the libraries: an array of {library, secret, raw, header, headers, body} comes in, one of verdicts goes out:
// "" when the library accepts the request, else its reason.
import { readFileSync } from "node:fs";
import { verify } from "@octokit/webhooks-methods";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";

// A secret of free text is given as its UTF-8 bytes: as a string, raw mode would take its characters for bytes.
const webhook = (Library, c) => (c.raw ? new Library(new Uint8Array(Buffer.from(c.secret)), { format: "raw" }) : new Library(c.secret));

const libraries = {
  standardwebhooks: (c, body) => webhook(Standard, c).verify(body, c.headers),
  svix: (c, body) => webhook(Svix, c).verify(body, c.headers),
  "@octokit/webhooks-methods": async (c, body) => {
    if (!(await verify(c.secret, body.toString(), c.headers[c.header]))) throw new Error(`${c.header} does not match`);
  },
};

const verdict = async (c) => {
  try {
    await libraries[c.library](c, Buffer.from(c.body, "base64"));
    return "";
  } catch (e) {
    return String(e);
  }
};

const cases = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await Promise.all(cases.map(verdict))));
