//! `openidconnect`: OpenID Connect, and OAuth 2.0 below it.

use std::{thread::sleep, time::Duration};

use openidconnect::{
    AccessTokenHash, AuthType, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret,
    CsrfToken, DeviceAuthorizationUrl, EmptyAdditionalClaims, EndpointMaybeSet, EndpointSet,
    IntrospectionUrl, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl,
    RevocationUrl, Scope, SubjectIdentifier, TokenIntrospectionResponse as _, TokenResponse as _,
    UserInfoClaims,
    core::{
        CoreClient, CoreDeviceAuthorizationResponse, CoreGenderClaim, CoreProviderMetadata,
        CoreResponseType, CoreTokenResponse,
    },
};

use crate::{
    person::visit,
    world::{Done, Outcome, SCOPE, World, check, insist, is_refused, word},
};

type Client = CoreClient<
    EndpointSet,
    EndpointSet,
    EndpointSet,
    EndpointSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

pub fn run(world: &World) -> Done {
    let http = |request| world.call(request);
    let secret = world.secret("web-site");
    let metadata = check("openidconnect: discovery", || {
        let issuer = IssuerUrl::new(world.say("issuer"))?;
        Ok(CoreProviderMetadata::discover(&issuer, &http)?)
    })?;
    let client = |id: &str, secret: Option<&str>| client(world, &metadata, id, secret);
    let web = client("web-site", Some(&secret))?;

    let tokens = check("openidconnect: code with PKCE, id_token, nonce, at_hash, iss", || {
        let (tokens, nonce) = sign_in(world, &web, &world.say("back"))?;
        verify(world, &web, &tokens, &nonce)?;
        let other = verify(world, &web, &tokens, &Nonce::new("another".to_owned()));
        insist(other.is_err(), "another nonce was taken")?;
        Ok(tokens)
    })?;
    check("openidconnect: a public client on a port of its own (RFC 8252)", || {
        let desktop = client("desktop-app", None)?;
        let (tokens, nonce) = sign_in(world, &desktop, "http://127.0.0.1:49156/back")?;
        verify(world, &desktop, &tokens, &nonce)
    })?;
    check("openidconnect: userinfo", || {
        let subject = SubjectIdentifier::new(world.say("subject"));
        let told: UserInfoClaims<EmptyAdditionalClaims, CoreGenderClaim> =
            web.user_info(tokens.access_token().clone(), Some(subject))?.request(&http)?;
        insist(told.email().is_some_and(|email| **email == world.say("person")), "another address")
    })?;
    check("openidconnect: refresh with rotation, introspection, revocation", || {
        let first = tokens.refresh_token().ok_or("no refresh token")?;
        let renewed = web.exchange_refresh_token(first)?.request(&http)?;
        let second = renewed.refresh_token().ok_or("no new refresh token")?;
        insist(first.secret() != second.secret(), "the refresh token stayed")?;
        let told = web.introspect(renewed.access_token()).request(&http)?;
        insist(
            told.active() && told.sub() == Some(&world.say("subject")),
            "the token is not live",
        )?;
        web.revoke_token(second.clone().into())?.request(&http)?;
        insist(
            !web.introspect(renewed.access_token()).request(&http)?.active(),
            "it is live still",
        )?;
        is_refused(web.exchange_refresh_token(second)?.request(&http), "invalid_grant")
    })?;
    for kind in [AuthType::BasicAuth, AuthType::RequestBody] {
        check(&format!("openidconnect: client_credentials by {kind:?}"), || {
            let own = client("web-site", Some(&secret))?
                .disable_openid_scope()
                .set_auth_type(kind.clone());
            let asked = own.exchange_client_credentials()?.add_scope(Scope::new("read".to_owned()));
            insist(
                asked.request(&http)?.scopes().is_some_and(|scopes| scopes.len() == 1),
                "another scope",
            )
        })?;
    }
    check("openidconnect: device flow", || {
        let device = client("television", None)?;
        let begun: CoreDeviceAuthorizationResponse =
            device.exchange_device_code().request(&http)?;
        let page = begun.verification_uri_complete().ok_or("no complete address")?.secret().clone();
        // The first time it asks, nobody has said anything: while it waits, somebody does.
        let wait = |pause| {
            if let Err(why) = visit(world, &page) {
                println!("not visited: {why}");
            }
            sleep(pause);
        };
        let patience = Some(Duration::from_secs(60));
        let tokens = device.exchange_device_access_token(&begun)?.request(&http, wait, patience)?;
        let verifier = device.id_token_verifier();
        let claims = tokens
            .id_token()
            .ok_or("no id_token")?
            .claims(&verifier, |_: Option<&Nonce>| Ok(()))?;
        insist(**claims.subject() == world.say("subject"), "another person")
    })
}

fn client(
    world: &World,
    metadata: &CoreProviderMetadata,
    id: &str,
    secret: Option<&str>,
) -> Outcome<Client> {
    let secret = secret.map(|secret| ClientSecret::new(secret.to_owned()));
    let client =
        CoreClient::from_provider_metadata(metadata.clone(), ClientId::new(id.to_owned()), secret);
    Ok(client
        .set_device_authorization_url(DeviceAuthorizationUrl::new(
            world.endpoint("device_authorization_endpoint"),
        )?)
        .set_introspection_url(IntrospectionUrl::new(world.endpoint("introspection_endpoint"))?)
        .set_revocation_url(RevocationUrl::new(world.revocation_endpoint())?))
}

/// Sends a person out for a code, and comes back with tokens.
fn sign_in(world: &World, client: &Client, back: &str) -> Outcome<(CoreTokenResponse, Nonce)> {
    let client = client.clone().set_redirect_uri(RedirectUrl::new(back.to_owned())?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let (address, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(SCOPE.map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let came = visit(world, address.as_str())?;
    // The crate sees nothing of the address: its caller looks at state and iss (RFC 9207).
    insist(word(&came, "state")? == *state.secret(), "another state")?;
    insist(word(&came, "iss")? == world.say("issuer"), "another issuer")?;
    let code = AuthorizationCode::new(word(&came, "code")?);
    let http = |request| world.call(request);
    let tokens = client.exchange_code(code)?.set_pkce_verifier(verifier).request(&http)?;
    Ok((tokens, nonce))
}

fn verify(world: &World, client: &Client, tokens: &CoreTokenResponse, nonce: &Nonce) -> Done {
    let verifier = client.id_token_verifier();
    let id_token = tokens.id_token().ok_or("no id_token")?;
    let claims = id_token.claims(&verifier, nonce)?;
    insist(**claims.subject() == world.say("subject"), "another person")?;
    let (alg, key) = (id_token.signing_alg()?, id_token.signing_key(&verifier)?);
    let hash = AccessTokenHash::from_token(tokens.access_token(), alg, key)?;
    insist(claims.access_token_hash() == Some(&hash), "at_hash is of another access token")
}
