"""Authlib goes through all that it knows of."""

import os
import time

# The library's switch for servers that speak plain http.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.base_client import BaseApp, OAuthError  # noqa: E402
from authlib.integrations.base_client.sync_app import OAuth2Mixin  # noqa: E402
from authlib.integrations.base_client.sync_openid import OpenIDMixin  # noqa: E402
from authlib.integrations.requests_client import OAuth2Session  # noqa: E402
from authlib.oauth2 import rfc8414, rfc9207  # noqa: E402
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign  # noqa: E402
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url  # noqa: E402
from joserfc.errors import InvalidClaimError  # noqa: E402
from joserfc.jwk import ECKey, RSAKey  # noqa: E402

from world import ACCESS_TOKEN, CLIENTS, DEVICE_CODE, ISSUER, SCOPE, TOKEN_EXCHANGE, WORLD, check, equal, visit, words

SECRET = CLIENTS["web-site"]["client_secret"]


class App(OAuth2Mixin, OpenIDMixin, BaseApp):
    """What Authlib makes of a client for Flask, Django and Starlette, without any of them."""

    client_cls = OAuth2Session


def app(client, secret=None, **more):
    return App(
        None, client_id=client, client_secret=secret, server_metadata_url=get_well_known_url(ISSUER, external=True),
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256"} | more.pop("session", {}), **more,
    )


def session(client="web-site", secret=SECRET, **more):
    return OAuth2Session(client, secret, **more)


def sign_in(app, redirect_uri=WORLD["back"]):
    """Sends a person out for a code, and comes back with tokens and with what the id_token says."""
    asked = app.create_authorization_url(redirect_uri)
    came = visit(asked["url"])
    # The library has no eye for RFC 9207: its caller has to look.
    equal(words(came)["iss"], ISSUER)
    tokens = app.fetch_access_token(
        redirect_uri, authorization_response=came, state=asked["state"], code_verifier=asked["code_verifier"])
    claims = app.parse_id_token(tokens, nonce=asked["nonce"])
    equal((claims["sub"], claims["email"]), (WORLD["subject"], WORLD["person"]))
    equal("at_hash" in claims, True)
    return tokens, asked


def refused(error, deed, *arguments, **named):
    try:
        deed(*arguments, **named)
    except OAuthError as why:
        equal(why.error, error)
    else:
        raise AssertionError(f"no {error}")


web = app("web-site", SECRET)
with check("Authlib: discovery (OpenID Connect), every member of it"):
    metadata = {name: value for name, value in web.load_server_metadata().items() if name != "_loaded_at"}
    # RS256 is to be among them (OpenID Connect Discovery §3). Cambio signs with ES256 unless it is told otherwise
    # (oauth.signing_algorithm), and does not claim what it would not do.
    equal(metadata["id_token_signing_alg_values_supported"], ["ES256"])
    claimed = metadata | {"id_token_signing_alg_values_supported": ["ES256", "RS256"]}
    OpenIDProviderMetadata(claimed).validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])
    equal(metadata["issuer"], ISSUER)
with check("Authlib: discovery (RFC 8414), every member of it"):
    place = rfc8414.get_well_known_url(ISSUER, external=True)
    answer = session().get(place, withhold_token=True)
    rfc8414.AuthorizationServerMetadata(answer.json()).validate()
    equal(answer.json(), metadata)
token_endpoint = metadata["token_endpoint"]

with check("Authlib: code with PKCE, id_token, nonce, at_hash, iss"):
    tokens, asked = sign_in(web)
with check("Authlib: an id_token beside another access token is noticed"):
    try:
        web.parse_id_token(dict(tokens) | {"access_token": "another"}, nonce=asked["nonce"])
    except InvalidClaimError as why:
        equal(why.claim, "at_hash")
    else:
        raise AssertionError("the library took it")
with check("Authlib: a public client on a port of its own (RFC 8252)"):
    sign_in(app("desktop-app"), "http://127.0.0.1:49154/back")
with check("Authlib: userinfo"):
    equal(web.userinfo(token=tokens)["email"], WORLD["person"])

with check("Authlib: refresh with rotation"):
    renewed = session().refresh_token(token_endpoint, refresh_token=tokens["refresh_token"])
    equal(len({tokens["refresh_token"], renewed["refresh_token"], tokens["access_token"], renewed["access_token"]}), 4)
with check("Authlib: a token that is over is renewed by the way"):
    kept = []
    own = session(token=dict(renewed) | {"expires_at": int(time.time()) - 1}, token_endpoint=token_endpoint,
                  update_token=lambda token, refresh_token: kept.append((token, refresh_token)))
    equal(own.get(metadata["userinfo_endpoint"]).json()["sub"], WORLD["subject"])
    [(newest, spent)] = kept
    equal(spent, renewed["refresh_token"])
with check("Authlib: introspection"):
    def live(token):
        return session().introspect_token(metadata["introspection_endpoint"], token=token).json()

    told = live(newest["access_token"])
    equal((told["active"], told["sub"], told["client_id"]), (True, WORLD["subject"], "web-site"))
with check("Authlib: revocation"):
    answer = session().revoke_token(
        metadata["revocation_endpoint"], token=newest["refresh_token"], token_type_hint="refresh_token")
    equal((answer.status_code, live(newest["access_token"])), (200, {"active": False}))
    refused("invalid_grant", session().refresh_token, token_endpoint, refresh_token=newest["refresh_token"])

for how in ["client_secret_basic", "client_secret_post"]:
    with check(f"Authlib: client_credentials by {how}"):
        own = session(token_endpoint_auth_method=how)
        equal(own.fetch_token(token_endpoint, grant_type="client_credentials", scope="read")["scope"], "read")
    with check(f"Authlib: a wrong secret by {how}"):
        wrong = session(secret="not-the-secret", token_endpoint_auth_method=how)
        refused("invalid_client", wrong.fetch_token, token_endpoint, grant_type="client_credentials")



class BriefKeyJWT(PrivateKeyJWT):
    """Assertions of a minute. The library's own live for an hour, which its `claims` alone could change; but given
    those, it calls every assertion by the same jti."""

    def sign(self, auth, token_endpoint):
        return private_key_jwt_sign(
            auth.client_secret, client_id=auth.client_id, token_endpoint=token_endpoint, alg=self.alg, expires_in=60)


def signatory(alg, kind, way):
    # The library names no key in the header of what it signs; the server has to find the one.
    key = kind.import_key(next(key for key in WORLD["keys"] if key["alg"] == alg))
    return app("signatory", key, client_auth_methods=[way(token_endpoint, alg=alg)],
               session={"token_endpoint_auth_method": "private_key_jwt"})


for alg, kind in [("ES256", ECKey), ("RS256", RSAKey)]:
    with check(f"Authlib: private_key_jwt with {alg}"):
        sign_in(signatory(alg, kind, BriefKeyJWT))
with check("Authlib: an assertion that lives for an hour is refused (RFC 7523 §3)"):
    refused("invalid_client", sign_in, signatory("ES256", ECKey, PrivateKeyJWT))

with check("Authlib: device flow"):
    # Of this flow the library knows the client's half that is a grant; asking for the codes is left to its caller.
    device = session("television", None)
    begun = device.post(metadata["device_authorization_endpoint"], withhold_token=True,
                        data={"client_id": "television", "scope": SCOPE}).json()
    poll = {"grant_type": DEVICE_CODE, "device_code": begun["device_code"]}
    refused("authorization_pending", device.fetch_token, token_endpoint, **poll)
    visit(begun["verification_uri_complete"])
    time.sleep(begun["interval"])
    tokens = device.fetch_token(token_endpoint, **poll)
    equal(app("television").parse_id_token(tokens, nonce=None)["sub"], WORLD["subject"])
with check("Authlib: token exchange (RFC 8693)"):
    mobile = session("mobile-app", None)
    tokens = mobile.fetch_token(
        token_endpoint, grant_type=TOKEN_EXCHANGE, subject_token=WORLD["provider"]["token"],
        subject_token_type=ACCESS_TOKEN, subject_issuer=WORLD["provider"]["name"], scope="read")
    equal((tokens["issued_token_type"], live(tokens["access_token"])["active"]), (ACCESS_TOKEN, True))
