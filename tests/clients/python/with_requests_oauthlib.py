"""requests-oauthlib goes through all that it knows of: OAuth 2.0, nothing of OpenID Connect."""

import os
import time

# The library's switch for servers that speak plain http.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

from oauthlib.oauth2 import BackendApplicationClient, DeviceClient, OAuth2Error  # noqa: E402
from requests import get, post  # noqa: E402
from requests.auth import HTTPBasicAuth  # noqa: E402
from requests_oauthlib import OAuth2Session  # noqa: E402

from world import CLIENTS, ISSUER, SCOPE, WORLD, check, equal, visit, words

SECRET = CLIENTS["web-site"]["client_secret"]
BASIC = HTTPBasicAuth("web-site", SECRET)
# It does not discover; what it is told is what the server says.
SERVER = get(f"{ISSUER}/.well-known/oauth-authorization-server").json()
TOKENS = SERVER["token_endpoint"]


def sign_in(session, **proof):
    """Sends a person out for a code, and comes back with tokens."""
    address, _ = session.authorization_url(SERVER["authorization_endpoint"])
    came = visit(address)
    # The library has no eye for RFC 9207: its caller has to look.
    equal(words(came)["iss"], ISSUER)
    return session.fetch_token(TOKENS, authorization_response=came, **proof)


def refused(error, deed, *arguments, **named):
    try:
        deed(*arguments, **named)
    except OAuth2Error as why:
        equal(why.error, error)
    else:
        raise AssertionError(f"no {error}")


with check("requests-oauthlib: code with PKCE"):
    web = OAuth2Session("web-site", redirect_uri=WORLD["back"], scope=SCOPE.split(), pkce="S256")
    first = dict(sign_in(web, client_secret=SECRET))
with check("requests-oauthlib: an access token at userinfo"):
    equal(web.get(SERVER["userinfo_endpoint"]).json()["sub"], WORLD["subject"])
with check("requests-oauthlib: refresh with rotation"):
    renewed = dict(web.refresh_token(TOKENS, auth=BASIC))
    equal(len({first["refresh_token"], renewed["refresh_token"], first["access_token"], renewed["access_token"]}), 4)
with check("requests-oauthlib: a token that is over is renewed by the way"):
    kept = []
    own = OAuth2Session("web-site", token=renewed | {"expires_at": time.time() - 1}, auto_refresh_url=TOKENS,
                        auto_refresh_kwargs={"client_id": "web-site", "client_secret": SECRET}, token_updater=kept.append)
    equal(own.get(SERVER["userinfo_endpoint"]).json()["sub"], WORLD["subject"])
    [newest] = kept
with check("requests-oauthlib: revocation"):
    place, headers, body = own._client.prepare_token_revocation_request(
        SERVER["revocation_endpoint"], newest["refresh_token"], "refresh_token")
    # Without the session: with it, the library would show the token in place of the client.
    equal(post(place, headers=headers, data=body, auth=BASIC).status_code, 200)
    refused("invalid_grant", own.refresh_token, TOKENS, refresh_token=newest["refresh_token"])

with check("requests-oauthlib: a public client on a port of its own (RFC 8252)"):
    desktop = OAuth2Session("desktop-app", redirect_uri="http://127.0.0.1:49155/back", scope="read", pkce="S256")
    sign_in(desktop, include_client_id=True)
with check("requests-oauthlib: a public client in the header, with nothing behind the colon"):
    desktop = OAuth2Session("desktop-app", redirect_uri="http://127.0.0.1:49155/back", scope="read", pkce="S256")
    sign_in(desktop)

with check("requests-oauthlib: client_credentials by client_secret_basic"):
    own = OAuth2Session(client=BackendApplicationClient("web-site", scope="read"))
    equal(own.fetch_token(TOKENS, auth=BASIC)["scope"], ["read"])
with check("requests-oauthlib: client_credentials by client_secret_post"):
    own.fetch_token(TOKENS, client_secret=SECRET, include_client_id=True)
with check("requests-oauthlib: a wrong secret"):
    refused("invalid_client", own.fetch_token, TOKENS, client_secret="not-the-secret")

with check("requests-oauthlib: device flow"):
    device = OAuth2Session(client=DeviceClient("television", scope=["read"]))
    # The library writes the request as an address; a form is what RFC 8628 §3.1 wants.
    asked = words(device._client.prepare_request_uri(SERVER["device_authorization_endpoint"]))
    begun = device.post(SERVER["device_authorization_endpoint"], data=asked, withhold_token=True).json()
    poll = {"device_code": begun["device_code"], "include_client_id": True}
    refused("authorization_pending", device.fetch_token, TOKENS, **poll)
    visit(begun["verification_uri"] + "?user_code=" + begun["user_code"])
    time.sleep(begun["interval"])
    equal(device.fetch_token(TOKENS, **poll)["scope"], ["read"])
