// What both programs share: what the script made, a browser that fills in forms, and the lines of the checks.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export const world = JSON.parse(readFileSync(process.env.CAMBIO_WORLD, "utf8"));
export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const SCOPE = "openid profile email read write";

/** Runs a check and says that it holds; what it found is handed on. */
export async function check(name, story) {
  try {
    const found = await story();
    console.log(`ok ${name}`);
    return found;
  } catch (why) {
    console.log(`not ok ${name}`);
    throw why;
  }
}

export function client(id) {
  return world.clients[id];
}

/** The private key of an algorithm, as WebCrypto has it. */
export async function privateKey(alg) {
  const jwk = world.keys.find((key) => key.alg === alg);
  const how = alg === "ES256" ? { name: "ECDSA", namedCurve: "P-256" } : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  return { key: await crypto.subtle.importKey("jwk", jwk, how, false, ["sign"]), kid: jwk.kid };
}

/** OpenID Connect Core §3.1.3.6; neither of the two libraries looks at it when a code is redeemed. */
export function assertAccessTokenHash(claims, idToken, accessToken) {
  const { alg } = JSON.parse(Buffer.from(idToken.split(".")[0], "base64url").toString());
  const hash = createHash(alg === "EdDSA" ? "sha512" : "sha256").update(accessToken).digest();
  assert.equal(claims.at_hash, hash.subarray(0, hash.length / 2).toString("base64url"));
}

/**
 * A client that did not prove itself. A 401 bears a challenge (RFC 9110 §15.5.2), and where there is one the libraries
 * tell of it alone: `invalid_client`, which is in the body, they leave unread.
 */
export function assertUnknownClient(why) {
  assert.deepEqual([why.code, why.cause?.[0].scheme], ["OAUTH_WWW_AUTHENTICATE_CHALLENGE", "basic"]);
  return true;
}

/** A browser without scripts, in which one person fills in what they are shown and says yes. */
export class Person {
  #cookies = new Map();

  /** Opens a page and goes on until there is nothing to fill in, or the way leads elsewhere: that address. */
  async open(address) {
    let answer = await this.#send(new URL(address));
    for (let step = 0; step < 20; step += 1) {
      const place = answer.headers.get("location");
      if (place !== null) {
        const url = new URL(place, answer.url);
        if (url.origin !== world.issuer) return url;
        answer = await this.#send(url);
        continue;
      }
      const page = await answer.text();
      assert.equal(answer.status, 200, page);
      const form = read(page);
      if (form === null) return new URL(answer.url);
      answer = await this.#send(new URL(form.action, answer.url), form.fields);
    }
    throw new Error(`no end to the way that began at ${address}`);
  }

  async #send(url, fields) {
    const headers = { Cookie: [...this.#cookies].map((pair) => pair.join("=")).join("; "), Accept: "text/html" };
    const body = fields && new URLSearchParams(fields);
    const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.#cookies.set(name, value);
    }
    return answer;
  }
}

/** The form of a page, filled in; `null` if there is none. */
function read(page) {
  const form = /<form[^>]* action="([^"]*)"[^>]*>(.*?)<\/form>/s.exec(page);
  if (form === null) return null;
  const fields = {};
  for (const [tag] of form[2].matchAll(/<input[^>]*>/g)) fields[attribute(tag, "name")] = attribute(tag, "value") ?? "";
  if ("password" in fields) Object.assign(fields, { name: world.person, password: world.password });
  if (/<button name="decision" value="allow">/.test(form[2])) fields.decision = "allow";
  return { action: plain(form[1]), fields };
}

function attribute(tag, name) {
  const found = new RegExp(` ${name}="([^"]*)"`).exec(tag);
  return found && plain(found[1]);
}

function plain(text) {
  const named = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, digits, name) =>
    name ? named[name] ?? whole : String.fromCodePoint(parseInt(hex ?? digits, hex ? 16 : 10)));
}
