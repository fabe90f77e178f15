//! From the configuration's words to the rules of the deeds.

use chrono::TimeDelta;

use crate::{
    config::{self, Config, accounts::Accounts, limits, linking::OnEmailClash},
    crypto::secret,
    domain::{
        common_passwords::CommonPasswords,
        identity::OnClash,
        language::Language,
        limits::{LetterLimits, Limits, LoginLimits},
        password::PasswordRules,
        policy::{
            Activation, ApiRules, JwtRotation, Lifetimes, LoginField, Names, Notices,
            PasswordChange, Policy, Registration, SigninRules,
        },
        signing::SigningAlgorithm,
        username::UsernameRules,
    },
    error::Fault,
};

/// The rules that a configuration, already validated, describes.
pub(super) fn from(config: &Config) -> Result<Policy, Fault> {
    let passwords = &config.passwords;
    Ok(Policy {
        passwords: PasswordRules {
            min_length: passwords.min_length,
            max_length: passwords.max_length,
            check_common: passwords.check_common,
            check_numeric: passwords.check_numeric,
            check_similar: passwords.check_similar,
            ..PasswordRules::standard(CommonPasswords::embedded()?)
        },
        limits: limits(&config.limits),
        password_change: PasswordChange {
            set_retype: passwords.set_retype,
            reset_retype: passwords.reset_retype,
            ends_own_session: passwords.logout_on_change,
        },
        notices: Notices {
            password_changed: config.notices.password_changed,
            email_changed: config.notices.email_changed,
            username_changed: config.notices.username_changed,
        },
        names: names(&config.accounts),
        registration: Registration {
            enabled: config.registration.enabled,
            reveal_existing: config.registration.reveal_existing,
            retype: config.registration.password_retype,
            confirm: config.registration.send_confirmation,
        },
        jwt_rotation: JwtRotation {
            rotate: config.jwt.rotate_refresh_tokens,
            blacklist: config.jwt.blacklist_after_rotation,
        },
        lifetimes: lifetimes(config),
        events_kept: (
            TimeDelta::days(config.audit.keep_days.into()),
            TimeDelta::days(config.audit.keep_refused_days.into()),
        ),
        api: ApiRules {
            activation: activation(config.dialects.api.require_activation),
            access: seconds(config.dialects.api.access_lifetime_seconds),
            refresh: seconds(config.dialects.api.refresh_lifetime_seconds),
        },
        signin: SigninRules {
            activation: activation(config.dialects.signin.require_activation),
            life: seconds(config.dialects.signin.lifetime_seconds),
            window: seconds(config.dialects.signin.refresh_window_seconds),
            role: config.dialects.signin.jwt_role.clone(),
        },
        on_clash: match config.linking.on_email_clash {
            OnEmailClash::Refuse => OnClash::Refuse,
            OnEmailClash::CreateWithoutEmail => OnClash::CreateWithoutEmail,
        },
        language: Language::parse(&config.mail.default_language).unwrap_or_default(),
        signing: SigningAlgorithm::parse(&config.oauth.signing_algorithm).unwrap_or_default(),
        initial_access: config.oauth.registration_token.as_ref().map(secret::digest),
        issuer: config.public_url.as_str().to_owned(),
        default_scope: config.tokens.default_scope.clone(),
        redirect_uris: config.social_login.redirect_uris.clone(),
    })
}

fn limits(config: &limits::Limits) -> Limits {
    if !config.enabled {
        return Limits::default();
    }
    Limits {
        logins: LoginLimits {
            free: config.login_free_tries,
            longest: seconds(config.login_longest_pause_seconds),
            per_day: config.login_tries_per_day,
            names: config.login_names,
            names_within: TimeDelta::hours(config.login_names_hours.into()),
            block: TimeDelta::minutes(config.login_block_minutes.into()),
        },
        letters: LetterLimits {
            per_hour: config.letters_per_hour,
            gap: seconds(config.letter_gap_seconds),
        },
    }
}

fn names(config: &Accounts) -> Names {
    Names {
        login: match config.login_field {
            config::accounts::LoginField::Email => LoginField::Email,
            config::accounts::LoginField::Username => LoginField::Username,
            config::accounts::LoginField::Either => LoginField::Either,
        },
        rules: UsernameRules {
            signs: config.username_signs.clone(),
            reserved: config.reserved_usernames.iter().map(|name| name.to_lowercase()).collect(),
        },
        set_retype: config.set_login_retype,
        reset_retype: config.reset_login_retype,
    }
}

fn lifetimes(config: &Config) -> Lifetimes {
    let tokens = &config.tokens;
    Lifetimes {
        access: seconds(tokens.access_lifetime_seconds),
        refresh_idle: seconds(tokens.refresh_idle_seconds),
        refresh_absolute: seconds(tokens.refresh_absolute_seconds),
        refresh_grace: seconds(tokens.refresh_grace_seconds),
        auth_token_idle: Some(tokens.auth_token_idle_seconds).filter(|s| *s > 0).map(seconds),
        activation: TimeDelta::hours(config.registration.activation_hours.into()),
        password_reset: TimeDelta::minutes(config.resets.lifetime_minutes.into()),
        jwt_access: seconds(config.jwt.access_lifetime_seconds),
        jwt_refresh: seconds(config.jwt.refresh_lifetime_seconds),
    }
}

fn activation(required: bool) -> Activation {
    if required { Activation::First } else { Activation::Later }
}

fn seconds(count: u32) -> TimeDelta {
    TimeDelta::seconds(count.into())
}
