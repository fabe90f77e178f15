//! The tables, once for both databases. Instants are whole microseconds since 1970.

diesel::table! {
    accounts (id) {
        id -> BigInt,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        email_verified_at -> Nullable<BigInt>,
        username -> Nullable<Text>,
        username_key -> Nullable<Text>,
        name -> Text,
        first_name -> Text,
        last_name -> Text,
        password -> Text,
        state -> Text,
        is_admin -> Bool,
        language -> Nullable<Text>,
        epoch -> BigInt,
        last_login -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    audit_events (id) {
        id -> BigInt,
        at -> BigInt,
        event -> Text,
        side -> Text,
        principal_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        client_id -> Nullable<Text>,
        detail -> Text,
        address -> Nullable<Text>,
        request_id -> Nullable<Text>,
        times -> BigInt,
    }
}

diesel::table! {
    account_groups (account_id, name) {
        account_id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    account_settings (account_id) {
        account_id -> BigInt,
        document -> Text,
    }
}

diesel::table! {
    account_templates (account_id, language) {
        account_id -> BigInt,
        language -> Text,
        template -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    identities (id) {
        id -> BigInt,
        provider -> Text,
        subject -> Text,
        account_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    clients (id) {
        id -> BigInt,
        client_id -> Text,
        name -> Text,
        kind -> Text,
        enabled -> Bool,
        grants -> Text,
        scopes -> Text,
        providers -> Text,
        redirect_uris -> Text,
        created_at -> BigInt,
        pkce_optional -> Bool,
        access_form -> Text,
        introspects -> Bool,
        post_logout_uris -> Text,
        resources -> Text,
        key_set -> Nullable<Text>,
        allowed_origins -> Text,
    }
}

diesel::table! {
    client_secrets (id) {
        id -> BigInt,
        client_key -> BigInt,
        digest -> Binary,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    families (id) {
        id -> BigInt,
        account_id -> Nullable<BigInt>,
        client_key -> Nullable<BigInt>,
        scope -> Text,
        how -> Text,
        epoch -> BigInt,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        refresh_ended_at -> Nullable<BigInt>,
        auth_time -> Nullable<BigInt>,
        resources -> Text,
    }
}

diesel::table! {
    access_tokens (digest) {
        digest -> Binary,
        kind -> Text,
        family_id -> BigInt,
        scope -> Text,
        issued_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Binary,
        family_id -> BigInt,
        issued_at -> BigInt,
        expires_at -> BigInt,
        consumed_at -> Nullable<BigInt>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        kind -> Text,
        account_id -> BigInt,
        recipient -> Text,
        language -> Text,
        created_at -> BigInt,
        due_at -> BigInt,
        attempts -> BigInt,
        parked_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    mail_tokens (digest) {
        digest -> Binary,
        account_id -> BigInt,
        purpose -> Text,
        epoch -> BigInt,
        email -> Nullable<Text>,
        asked_at -> BigInt,
        expires_at -> BigInt,
        consumed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    asked_letters (id) {
        id -> BigInt,
        kind -> Text,
        email -> Text,
        asked_at -> BigInt,
    }
}

diesel::table! {
    spent_states (digest) {
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    registration_tokens (digest) {
        digest -> Binary,
        client_key -> BigInt,
    }
}

diesel::table! {
    spent_assertions (digest) {
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    codes (digest) {
        digest -> Binary,
        client_key -> BigInt,
        account_id -> BigInt,
        epoch -> BigInt,
        redirect_uri -> Text,
        redirect_sent -> Bool,
        scope -> Text,
        resources -> Text,
        challenge -> Nullable<Text>,
        nonce -> Nullable<Text>,
        auth_time -> BigInt,
        expires_at -> BigInt,
        consumed_at -> Nullable<BigInt>,
        family_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    browser_sessions (digest) {
        digest -> Binary,
        account_id -> BigInt,
        epoch -> BigInt,
        auth_time -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    consents (account_id, client_key) {
        account_id -> BigInt,
        client_key -> BigInt,
        scope -> Text,
        granted_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        stage -> Text,
        public_jwk -> Text,
        sealed -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    device_codes (digest) {
        digest -> Binary,
        user_digest -> Binary,
        client_key -> BigInt,
        scope -> Text,
        stage -> Text,
        account_id -> Nullable<BigInt>,
        epoch -> BigInt,
        auth_time -> Nullable<BigInt>,
        pause -> BigInt,
        polled_at -> Nullable<BigInt>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    throttles (key) {
        key -> Binary,
        network -> Nullable<Binary>,
        tries -> BigInt,
        since -> BigInt,
        last -> BigInt,
        closed -> BigInt,
        good -> Nullable<BigInt>,
    }
}

diesel::joinable!(access_tokens -> families (family_id));
diesel::joinable!(refresh_tokens -> families (family_id));
diesel::joinable!(families -> accounts (account_id));
diesel::joinable!(families -> clients (client_key));
diesel::joinable!(identities -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    access_tokens,
    clients,
    families,
    identities,
    refresh_tokens,
);
