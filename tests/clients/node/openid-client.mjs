// openid-client goes through all that it knows of.
import assert from "node:assert/strict";
import * as openid from "openid-client";
import { Person, SCOPE, TOKEN_EXCHANGE, assertAccessTokenHash, assertUnknownClient, check, client, privateKey, world } from "./world.mjs";

/** The library wants to be told that a server may speak plain http; id_tokens are to be verified by the server's keys. */
const SWITCHES = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];

function discover(id, proof, algorithm = "oidc") {
  return openid.discovery(new URL(world.issuer), id, undefined, proof, { execute: SWITCHES, algorithm });
}

const secret = client("web-site").client_secret;
const proofs = {
  post: openid.ClientSecretPost(secret),
  basic: openid.ClientSecretBasic(secret),
  none: openid.None(),
};

/** Sends a person out for a code, and comes back with tokens. */
async function signIn(config, redirect_uri, wishes = {}, expected = {}) {
  const verifier = openid.randomPKCECodeVerifier();
  const [state, nonce] = [openid.randomState(), openid.randomNonce()];
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri, scope: SCOPE, state, nonce, code_challenge_method: "S256",
    code_challenge: await openid.calculatePKCECodeChallenge(verifier), ...wishes,
  });
  const came = await new Person().open(address);
  assert.equal(came.searchParams.get("iss"), world.issuer);
  const own = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const checks = { ...own, ...expected };
  return { came, checks, tokens: await openid.authorizationCodeGrant(config, came, checks) };
}

function assertClaims(tokens) {
  const claims = tokens.claims();
  assert.equal(claims.sub, world.subject);
  assert.equal(claims.email, world.person);
  assertAccessTokenHash(claims, tokens.id_token, tokens.access_token);
}

const say = (name, story) => check(`openid-client: ${name}`, story);

const config = await say("discovery (OpenID Connect)", () => discover("web-site", proofs.basic));
await say("discovery (RFC 8414)", async () => {
  const other = await discover("web-site", proofs.basic, "oauth2");
  assert.deepEqual(other.serverMetadata(), config.serverMetadata());
});

const { tokens } = await say("code with PKCE, id_token, nonce, at_hash, iss", async () => {
  const signedIn = await signIn(config, world.back);
  assertClaims(signedIn.tokens);
  return signedIn;
});

await say("a code is good once", async () => {
  const { came, checks } = await signIn(config, world.back);
  await assert.rejects(openid.authorizationCodeGrant(config, came, checks), { error: "invalid_grant" });
});

await say("an answer of another issuer is refused (RFC 9207)", async () => {
  const { came, checks } = await signIn(config, world.back);
  came.searchParams.set("iss", "https://other.example.com");
  await assert.rejects(openid.authorizationCodeGrant(config, came, checks), { code: "OAUTH_INVALID_RESPONSE" });
});

await say("max_age and auth_time", async () => {
  const { tokens } = await signIn(config, world.back, { max_age: "60" }, { maxAge: 60 });
  assert.ok(Number.isInteger(tokens.claims().auth_time));
});

await say("a public client on a port of its own (RFC 8252)", async () => {
  const native = await discover("desktop-app", proofs.none);
  assertClaims((await signIn(native, "http://127.0.0.1:49152/back")).tokens);
});

await say("userinfo", async () => {
  const told = await openid.fetchUserInfo(config, tokens.access_token, world.subject);
  assert.equal(told.email, world.person);
});

await say("introspection", async () => {
  const told = await openid.tokenIntrospection(config, tokens.access_token);
  assert.deepEqual([told.active, told.sub, told.client_id], [true, world.subject, "web-site"]);
});

const renewed = await say("refresh with rotation", async () => {
  const renewed = await openid.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  assert.notEqual(renewed.access_token, tokens.access_token);
  assertClaims(renewed);
  return renewed;
});

await say("a smaller scope, and none that is larger", async () => {
  const { tokens } = await signIn(config, world.back, { scope: "openid read" });
  await assert.rejects(openid.refreshTokenGrant(config, tokens.refresh_token, { scope: "openid write" }), { error: "invalid_scope" });
  const less = await openid.refreshTokenGrant(config, tokens.refresh_token, { scope: "read" });
  assert.equal(less.scope, "read");
});

await say("revocation", async () => {
  await openid.tokenRevocation(config, renewed.refresh_token, { token_type_hint: "refresh_token" });
  assert.deepEqual(await openid.tokenIntrospection(config, renewed.access_token), { active: false });
  await assert.rejects(openid.refreshTokenGrant(config, renewed.refresh_token), { error: "invalid_grant" });
});

for (const [name, proof] of [["client_secret_basic", proofs.basic], ["client_secret_post", proofs.post]]) {
  await say(`client_credentials by ${name}`, async () => {
    const own = await openid.clientCredentialsGrant(await discover("web-site", proof), { scope: "read" });
    assert.deepEqual([own.scope, own.refresh_token], ["read", undefined]);
  });
}

for (const name of ["ClientSecretBasic", "ClientSecretPost"]) {
  await say(`a wrong secret by ${name}`, async () => {
    const wrong = await discover("web-site", openid[name]("not-the-secret"));
    await assert.rejects(openid.clientCredentialsGrant(wrong), assertUnknownClient);
  });
}

for (const alg of ["ES256", "RS256"]) {
  await say(`private_key_jwt with ${alg}`, async () => {
    const signer = await discover("signatory", openid.PrivateKeyJwt(await privateKey(alg)));
    assert.equal((await openid.clientCredentialsGrant(signer, { scope: "read" })).scope, "read");
    const { tokens } = await signIn(signer, world.back);
    assertClaims(tokens);
    await openid.tokenRevocation(signer, (await openid.refreshTokenGrant(signer, tokens.refresh_token)).refresh_token);
  });
}

await say("device flow", async () => {
  const device = await discover("television", proofs.none);
  const begun = await openid.initiateDeviceAuthorization(device, { scope: SCOPE });
  const polling = openid.pollDeviceAuthorizationGrant(device, begun);
  await new Person().open(begun.verification_uri_complete);
  assertClaims(await polling);
});

await say("token exchange (RFC 8693)", async () => {
  const exchanged = await openid.genericGrantRequest(config, TOKEN_EXCHANGE, {
    subject_token: world.provider.token, subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    subject_issuer: world.provider.name, scope: "read",
  });
  assert.equal(exchanged.issued_token_type, "urn:ietf:params:oauth:token-type:access_token");
  assert.equal((await openid.tokenIntrospection(config, exchanged.access_token)).active, true);
});

await say("signing out (RP-Initiated Logout)", async () => {
  const { tokens } = await signIn(config, world.back);
  const address = openid.buildEndSessionUrl(config, { id_token_hint: tokens.id_token });
  assert.equal((await new Person().open(address)).origin, world.issuer);
});
