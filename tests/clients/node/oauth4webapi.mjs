// oauth4webapi goes through all that it knows of. It takes every step apart, so that what is between them is seen, too.
import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { Person, SCOPE, TOKEN_EXCHANGE, assertAccessTokenHash, assertUnknownClient, check, client, privateKey, world } from "./world.mjs";

/** The library wants to be told that a server may speak plain http. */
const plain = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(world.issuer);
const web = { client_id: "web-site" };
const proof = oauth.ClientSecretBasic(client("web-site").client_secret);
const say = (name, story) => check(`oauth4webapi: ${name}`, story);

async function discover(algorithm) {
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...plain }));
}

/** Sends a person out for a code. */
async function ask(who, redirect, scope = SCOPE) {
  const ask = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() };
  const address = new URL(server.authorization_endpoint);
  address.search = new URLSearchParams({
    client_id: who.client_id, redirect_uri: redirect, response_type: "code", scope, state: ask.state, nonce: ask.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(ask.verifier), code_challenge_method: "S256",
  });
  const came = await new Person().open(address);
  return { ...ask, redirect, params: oauth.validateAuthResponse(server, who, came, ask.state) };
}

/** The code for tokens, with the id_token's claims and signature looked at. */
async function redeem(who, shown, asked) {
  const { params, redirect, verifier, nonce } = asked;
  const answer = await oauth.authorizationCodeGrantRequest(server, who, shown, params, redirect, verifier, plain);
  const tokens = await oauth.processAuthorizationCodeResponse(server, who, answer, { expectedNonce: nonce, requireIdToken: true });
  await oauth.validateApplicationLevelSignature(server, answer, plain);
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  assert.equal(claims.sub, world.subject);
  assertAccessTokenHash(claims, tokens.id_token, tokens.access_token);
  return tokens;
}

async function refresh(who, shown, token) {
  return oauth.processRefreshTokenResponse(server, who, await oauth.refreshTokenGrantRequest(server, who, shown, token, plain));
}

async function introspect(token) {
  return oauth.processIntrospectionResponse(server, web, await oauth.introspectionRequest(server, web, proof, token, plain));
}

async function ownAccess(who, shown, parameters) {
  const answer = await oauth.clientCredentialsGrantRequest(server, who, shown, parameters, plain);
  return oauth.processClientCredentialsResponse(server, who, answer);
}

const server = await say("discovery (OpenID Connect)", () => discover("oidc"));
await say("discovery (RFC 8414)", async () => assert.deepEqual(await discover("oauth2"), server));

const tokens = await say("code with PKCE, id_token, nonce, at_hash, iss", async () =>
  redeem(web, proof, await ask(web, world.back)));

await say("a verifier that does not fit", async () => {
  const asked = { ...(await ask(web, world.back)), verifier: oauth.generateRandomCodeVerifier() };
  await assert.rejects(redeem(web, proof, asked), { error: "invalid_grant" });
});

await say("an unknown scope comes back as an error with state and iss", async () => {
  await assert.rejects(ask(web, world.back, "openid no-such-scope"), { name: "AuthorizationResponseError", error: "invalid_scope" });
});

await say("a public client on a port of its own (RFC 8252)", async () => {
  const native = { client_id: "desktop-app" };
  await redeem(native, oauth.None(), await ask(native, "http://127.0.0.1:49153/back"));
});

await say("userinfo", async () => {
  const answer = await oauth.userInfoRequest(server, web, tokens.access_token, plain);
  const told = await oauth.processUserInfoResponse(server, web, world.subject, answer);
  assert.deepEqual([told.email, told.name], [world.person, "Ada Person"]);
});

await say("userinfo challenges a token that is none (RFC 6750)", async () => {
  const answer = await oauth.userInfoRequest(server, web, "no-such-token", plain);
  await assert.rejects(oauth.processUserInfoResponse(server, web, world.subject, answer), (why) => {
    assert.ok(why instanceof oauth.WWWAuthenticateChallengeError, why);
    assert.deepEqual([why.cause[0].scheme, why.cause[0].parameters.error], ["bearer", "invalid_token"]);
    return true;
  });
});

const renewed = await say("refresh with rotation", async () => {
  const renewed = await refresh(web, proof, tokens.refresh_token);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  return renewed;
});

await say("introspection", async () => {
  const told = await introspect(renewed.access_token);
  assert.deepEqual([told.active, told.iss ?? world.issuer, told.client_id], [true, world.issuer, "web-site"]);
});

await say("revocation", async () => {
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, web, proof, renewed.refresh_token, plain));
  assert.equal((await introspect(renewed.access_token)).active, false);
  await assert.rejects(refresh(web, proof, renewed.refresh_token), { error: "invalid_grant" });
});

await say("client_credentials", async () => {
  assert.equal((await ownAccess(web, proof, { scope: "write" })).scope, "write");
});

await say("a JWT access token for a resource (RFC 9068, RFC 8707)", async () => {
  const reader = { client_id: "librarian" };
  const resource = "https://api.example.com/";
  const shown = oauth.ClientSecretPost(client("librarian").client_secret);
  const { access_token } = await ownAccess(reader, shown, { scope: "read", resource });
  const request = new Request(resource, { headers: { Authorization: `Bearer ${access_token}` } });
  const claims = await oauth.validateJwtAccessToken(server, request, resource, plain);
  assert.deepEqual([claims.client_id, claims.scope], ["librarian", "read"]);
});

for (const alg of ["ES256", "RS256"]) {
  await say(`private_key_jwt with ${alg}`, async () => {
    const signer = { client_id: "signatory" };
    const shown = oauth.PrivateKeyJwt(await privateKey(alg));
    assert.equal((await ownAccess(signer, shown, { scope: "read" })).scope, "read");
    const { refresh_token } = await redeem(signer, shown, await ask(signer, world.back));
    await refresh(signer, shown, refresh_token);
  });
}

await say("an assertion is good once", async () => {
  const signer = { client_id: "signatory" };
  let jti;
  const shown = oauth.PrivateKeyJwt(await privateKey("ES256"), {
    [oauth.modifyAssertion]: (_, claims) => { claims.jti = jti ??= claims.jti; },
  });
  await ownAccess(signer, shown, { scope: "read" });
  await assert.rejects(ownAccess(signer, shown, { scope: "read" }), assertUnknownClient);
});

await say("device flow", async () => {
  const device = { client_id: "television" };
  const none = oauth.None();
  const begun = await oauth.processDeviceAuthorizationResponse(server, device,
    await oauth.deviceAuthorizationRequest(server, device, none, { scope: SCOPE }, plain));
  const poll = async () => oauth.processDeviceCodeResponse(server, device,
    await oauth.deviceCodeGrantRequest(server, device, none, begun.device_code, plain));
  await assert.rejects(poll(), { error: "authorization_pending" });
  await new Person().open(begun.verification_uri_complete);
  await new Promise((done) => setTimeout(done, begun.interval * 1000));
  const { id_token, access_token } = await poll();
  assert.ok(id_token);
  assert.equal((await introspect(access_token)).sub, world.subject);
});

await say("token exchange (RFC 8693)", async () => {
  const answer = await oauth.genericTokenEndpointRequest(server, { client_id: "mobile-app" }, oauth.None(), TOKEN_EXCHANGE, {
    subject_token: world.provider.token, subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    subject_issuer: world.provider.name,
  }, plain);
  const exchanged = await oauth.processGenericTokenEndpointResponse(server, { client_id: "mobile-app" }, answer);
  assert.equal(exchanged.issued_token_type, "urn:ietf:params:oauth:token-type:access_token");
  assert.equal((await introspect(exchanged.access_token)).active, true);
});
