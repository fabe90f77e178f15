//! `cambio config`: what is wrong is said with its full key, where it stands, and how to mend it.

use serde_json::Value;

use super::shell::Shell;

/// Variables without which something is warned of.
const CALM: [(&str, &str); 3] = [
    ("CAMBIO_MAIL__TRANSPORT", "smtp"),
    ("CAMBIO_MAIL__SMTP__HOST", "mail.example.org"),
    ("CAMBIO_MAIL__FROM", "no-reply@example.org"),
];

const CHECK: [&str; 4] = ["--config", "cambio.toml", "config", "check"];

/// A terminal with that settings file and calm variables.
fn at(toml: &str) -> Shell {
    let shell = Shell::with(&CALM);
    shell.file("cambio.toml", toml);
    shell
}

/// What is complained about in a settings file.
fn complaint(toml: &str) -> String {
    let told = at(toml).run(&CHECK);
    assert_eq!(told.code, 1, "{told:#?}");
    told.out
}

#[test]
fn good_settings_are_ok() {
    assert_eq!(at("[tokens]\naccess_lifetime_seconds = 600").ok(&CHECK), "ok\n");
    assert_eq!(Shell::with(&CALM).ok(&["config", "check"]), "ok\n");
}

#[test]
fn an_unknown_key_is_named_in_full_with_its_file() {
    let told = complaint("[tokens]\naccess_lifetime_second = 600\n[[x]]\n[mail.smtp]\nhots = 'a'");
    for key in ["tokens.access_lifetime_second ", "mail.smtp.hots ", "x "] {
        let line = told.lines().find(|line| line.starts_with(&format!("error: {key}")));
        let line = line.unwrap_or_else(|| panic!("{key} in {told}"));
        assert!(line.contains("cambio.toml") && line.contains("is no key of Cambio"), "{line}");
    }
}

#[test]
fn what_a_start_would_stumble_over_is_found() {
    for (toml, found) in [
        ("[database]\nurl = 'postgres://u:hidden@h:port/d'", "database.url"),
        ("[database]\nurl = 'postgres://u:hidden@h/d?nonsense=1'", "database.url"),
        ("[mail]\ntemplates_dir = 'nowhere'", "mail.templates_dir"),
    ] {
        let told = complaint(toml);
        assert!(told.contains(found) && !told.contains("hidden"), "{told}");
    }
}

#[test]
fn an_unknown_variable_is_named() {
    let shell = Shell::with(&[("CAMBIO_TOKENS__ACCESS_LIFETIME", "600")]);
    let told = shell.run(&["config", "check"]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("(variable CAMBIO_TOKENS__ACCESS_LIFETIME)"), "{}", told.out);
}

#[test]
fn a_value_of_the_wrong_kind_is_named_in_full() {
    for (toml, key) in [
        ("[tokens]\naccess_lifetime_seconds = 'an hour'", "tokens.access_lifetime_seconds"),
        ("[server]\nlisten = 'here'", "server.listen"),
        ("[providers.google-oauth2]\nclient_ids = 'web'", "providers.google-oauth2.client_ids"),
        ("[registration]\nenabled = 'yes'", "registration.enabled"),
        ("[log]\nlevel = 'loud'", "log.level"),
        ("[tokens]\naccess_lifetime_seconds = -1", "tokens.access_lifetime_seconds"),
        ("[mail]\nsmtp = 25", "mail.smtp"),
    ] {
        let told = complaint(toml);
        assert!(told.starts_with(&format!("error: {key} (")), "{key}: {told}");
    }
}

#[test]
fn a_weak_secret_is_refused_without_being_shown() {
    for weak in ["hush", "django-insecure-0123456789abcdefghijklmnop", &"a".repeat(64)] {
        let told = complaint(&format!("[jwt]\nsigning_key = '{weak}'"));
        assert!(told.starts_with("error: jwt.signing_key (") && told.contains("openssl"), "{told}");
        assert!(!told.contains(&format!("'{weak}'")) && !told.contains(&"a".repeat(20)), "{told}");
    }
}

#[test]
fn combinations_that_cannot_work_are_refused() {
    for (toml, key) in [
        ("public_url = 'http://id.example.org'", "public_url"),
        ("[mail]\ntransport = 'directory'", "mail.directory"),
        ("[mail.smtp]\nhost = ''", "mail.smtp.host"),
        ("[mail.smtp]\nusername = 'cambio'", "mail.smtp.password"),
        ("[jwt]\naccess_lifetime_seconds = 600\nrefresh_lifetime_seconds = 60", "jwt.refresh"),
        ("[providers.google-oauth2]\nenabled = true", "providers.google-oauth2.client_ids"),
        ("[database]\nurl = 'mysql://db/cambio'", "database.url"),
        ("[links]\nactivation = 'https://app.example'", "links.activation"),
    ] {
        let shell = Shell::with(&[
            ("CAMBIO_MAIL__FROM", "no-reply@example.org"),
            ("CAMBIO_MAIL__SMTP__PORT", "587"),
        ]);
        let smtp = if toml.contains("mail.smtp") { "[mail]\ntransport = 'smtp'\n" } else { "" };
        shell.file("cambio.toml", &format!("{smtp}{toml}"));
        let told = shell.run(&CHECK);
        assert_eq!(told.code, 1, "{toml}: {told:#?}");
        assert!(told.out.contains(&format!("error: {key}")), "{key}: {}", told.out);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let told = complaint("[tokens]\naccess_lifetime_seconds = 1\n[prune]\nbatch = 0\n[x]\ny = 1");
    assert_eq!(told.lines().filter(|line| line.starts_with("error: ")).count(), 3, "{told}");
}

#[test]
fn what_is_risky_is_warned_of_and_accepted() {
    let told = Shell::with(&[]).run(&["config", "check"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    assert!(told.out.starts_with("warning: mail.transport (default): "), "{}", told.out);
    let open = "[providers.egress]\nallow_private_network = true";
    let told = at(open).run(&CHECK);
    assert_eq!(told.code, 0);
    assert!(told.out.contains("warning: providers.egress.allow_private_network ("));
}

#[test]
fn a_file_that_is_not_there_or_no_toml_is_named() {
    let told = Shell::with(&[]).run(&CHECK);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("cambio.toml") && told.out.contains("cannot be read"), "{told:#?}");
    let told = complaint("[tokens]\nthis is not TOML");
    assert!(told.contains("line 2") && told.contains("is not TOML"), "{told}");
}

#[test]
fn every_setting_is_shown_with_its_origin_and_no_secret() {
    let shell = Shell::with(&[("CAMBIO_DATABASE__URL", "postgres://me:hush@db.example/cambio")]);
    shell.file("key", "qZ7xkVn3Tt0sLr9uWb5yHc1mPd8gJe2fAa4iRo6Kw+E=\n");
    shell.file("cambio.toml", "[jwt]\nsigning_key_file = 'key'\n[prune]\nbatch = 7");
    let show = ["--config", "cambio.toml", "config", "show"];
    let told = shell.json(&show);
    let of = |key: &str| -> (String, String) {
        let settings = told.as_array().unwrap().iter();
        let found = settings.clone().find(|setting| setting["key"] == key);
        let found = found.unwrap_or_else(|| panic!("{key} in {told}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&found["value"]), text(&found["origin"]))
    };
    assert_eq!(of("prune.batch"), ("7".to_owned(), "file cambio.toml".to_owned()));
    assert_eq!(of("prune.interval_seconds").1, "default");
    assert_eq!(of("database.url").0, "postgres://me:••••••@db.example/cambio");
    assert_eq!(of("database.url").1, "variable CAMBIO_DATABASE__URL");
    assert_eq!(of("jwt.signing_key"), ("••••••".to_owned(), of("jwt.signing_key").1));
    assert!(of("jwt.signing_key").1.contains("file key"), "{}", of("jwt.signing_key").1);
    for text in [told.to_string(), shell.ok(&show)] {
        assert!(!text.contains("hush") && !text.contains("qZ7xkVn3"), "{text}");
    }
}

#[test]
fn no_command_starts_with_settings_that_are_wrong() {
    let shell = Shell::with(&[("CAMBIO_PRUNE__BATCH", "0")]);
    for words in [&["serve"][..], &["migrate"], &["client", "list"], &["account", "list"]] {
        let told = shell.refused(words);
        assert!(told.contains("prune.batch (variable CAMBIO_PRUNE__BATCH)"), "{words:?}: {told}");
    }
    assert!(!shell.dir().join("cambio.db").exists());
}
