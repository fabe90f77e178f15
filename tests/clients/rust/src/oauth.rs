//! `oauth2`: OAuth 2.0 alone.

use std::{thread::sleep, time::Duration};

use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DeviceAuthorizationUrl, EndpointSet, IntrospectionUrl, PkceCodeChallenge, RedirectUrl,
    RevocationUrl, Scope, StandardDeviceAuthorizationResponse, TokenIntrospectionResponse as _,
    TokenResponse as _, TokenUrl,
    basic::{BasicClient, BasicTokenResponse},
};

use crate::{
    person::visit,
    world::{Done, Outcome, SCOPE, World, check, insist, is_refused, word},
};

type Client = BasicClient<EndpointSet, EndpointSet, EndpointSet, EndpointSet, EndpointSet>;

pub fn run(world: &World) -> Done {
    let http = |request| world.call(request);
    let web =
        client(world, "web-site")?.set_client_secret(ClientSecret::new(world.secret("web-site")));

    let tokens = check("oauth2: code with PKCE, iss", || sign_in(world, &web, &world.say("back")))?;
    check("oauth2: a public client on a port of its own (RFC 8252)", || {
        sign_in(world, &client(world, "desktop-app")?, "http://127.0.0.1:49157/back")
    })?;
    check("oauth2: refresh with rotation, introspection, revocation", || {
        let first = tokens.refresh_token().ok_or("no refresh token")?;
        let renewed = web.exchange_refresh_token(first).request(&http)?;
        let second = renewed.refresh_token().ok_or("no new refresh token")?;
        insist(first.secret() != second.secret(), "the refresh token stayed")?;
        insist(
            web.introspect(renewed.access_token()).request(&http)?.active(),
            "the token is not live",
        )?;
        web.revoke_token(renewed.access_token().clone().into())?.request(&http)?;
        insist(
            !web.introspect(renewed.access_token()).request(&http)?.active(),
            "it is live still",
        )?;
        is_refused(web.exchange_refresh_token(second).request(&http), "invalid_grant")
    })?;
    for kind in [AuthType::BasicAuth, AuthType::RequestBody] {
        check(&format!("oauth2: client_credentials by {kind:?}, and a wrong secret"), || {
            let own = web.clone().set_auth_type(kind.clone());
            let asked = own.exchange_client_credentials().add_scope(Scope::new("read".to_owned()));
            insist(
                asked.request(&http)?.scopes().is_some_and(|scopes| scopes.len() == 1),
                "another scope",
            )?;
            let wrong = own.set_client_secret(ClientSecret::new("not-the-secret".to_owned()));
            is_refused(wrong.exchange_client_credentials().request(&http), "invalid_client")
        })?;
    }
    check("oauth2: device flow", || {
        let device = client(world, "television")?;
        let begun: StandardDeviceAuthorizationResponse = device
            .exchange_device_code()
            .add_scope(Scope::new("read".to_owned()))
            .request(&http)?;
        let page = begun.verification_uri_complete().ok_or("no complete address")?.secret().clone();
        // The first time it asks, nobody has said anything: while it waits, somebody does.
        let wait = |pause| {
            if let Err(why) = visit(world, &page) {
                println!("not visited: {why}");
            }
            sleep(pause);
        };
        let patience = Some(Duration::from_secs(60));
        let tokens = device.exchange_device_access_token(&begun).request(&http, wait, patience)?;
        insist(
            web.introspect(tokens.access_token()).request(&http)?.active(),
            "the token is not live",
        )
    })
}

fn client(world: &World, id: &str) -> Outcome<Client> {
    Ok(BasicClient::new(ClientId::new(id.to_owned()))
        .set_auth_uri(AuthUrl::new(world.endpoint("authorization_endpoint"))?)
        .set_token_uri(TokenUrl::new(world.endpoint("token_endpoint"))?)
        .set_device_authorization_url(DeviceAuthorizationUrl::new(
            world.endpoint("device_authorization_endpoint"),
        )?)
        .set_introspection_url(IntrospectionUrl::new(world.endpoint("introspection_endpoint"))?)
        .set_revocation_url(RevocationUrl::new(world.revocation_endpoint())?))
}

/// Sends a person out for a code, and comes back with tokens.
fn sign_in(world: &World, client: &Client, back: &str) -> Outcome<BasicTokenResponse> {
    let client = client.clone().set_redirect_uri(RedirectUrl::new(back.to_owned())?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(SCOPE.map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let came = visit(world, address.as_str())?;
    // The crate sees nothing of the address: its caller looks at state and iss (RFC 9207).
    insist(word(&came, "state")? == *state.secret(), "another state")?;
    insist(word(&came, "iss")? == world.say("issuer"), "another issuer")?;
    let code = AuthorizationCode::new(word(&came, "code")?);
    Ok(client
        .exchange_code(code)
        .set_pkce_verifier(verifier)
        .request(&|request| world.call(request))?)
}
