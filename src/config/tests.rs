//! How settings come together, and what is said when they cannot.

mod manual;

use std::fs;

use secrecy::ExposeSecret as _;

use super::{Config, Loaded, Problem, Sources};

const KEY: &str = "3q2-7wE0x9Vb5c8Zr1Lk4Tn6Yh0Mj2Ps";

fn env(variables: &[(&str, &str)]) -> Sources {
    let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    Sources { env: variables.iter().map(own).collect(), ..Sources::default() }
}

fn load(variables: &[(&str, &str)]) -> Loaded {
    Config::load(&env(variables)).expect("settings")
}

fn problems(variables: &[(&str, &str)]) -> Vec<Problem> {
    Config::load(&env(variables)).expect_err("problems")
}

fn refusals(toml: &str) -> Vec<(String, String)> {
    let problems = Config::from_toml(toml).expect_err(toml);
    problems.into_iter().map(|problem| (problem.key, problem.text)).collect()
}

#[test]
fn without_any_source_the_defaults_hold() {
    let loaded = load(&[("PATH", "/bin"), ("HOME", "/root")]);
    assert_eq!(loaded.config.tokens.access_lifetime_seconds, 3600);
    assert!(loaded.show().iter().all(|shown| shown.origin == "default"));
    let warned: Vec<_> = loaded.warnings().into_iter().map(|(key, _)| key).collect();
    assert_eq!(warned, ["mail.transport"]);
}

#[test]
fn the_environment_beats_the_file_and_the_file_beats_the_default() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cambio.toml");
    fs::write(&file, "[resets]\nlifetime_minutes = 20\n[prune]\nbatch = 7").expect("a file");
    let variables = env(&[("CAMBIO_RESETS__LIFETIME_MINUTES", "10")]);
    let sources = Sources {
        file: Some(file.clone()),
        overrides: vec![("log.level".to_owned(), "debug".to_owned())],
        ..variables
    };
    let loaded = Config::load(&sources).expect("settings");
    assert_eq!(loaded.config.resets.lifetime_minutes, 10);
    assert_eq!(loaded.config.prune.batch, 7);
    assert_eq!(loaded.config.log.level.word(), "debug");
    let origin = |key| loaded.origin(key).expect("a key in force");
    assert_eq!(origin("resets.lifetime_minutes"), "variable CAMBIO_RESETS__LIFETIME_MINUTES");
    assert_eq!(origin("prune.batch"), format!("file {}", file.display()));
    assert_eq!(origin("log.level"), "command line");
    assert_eq!(origin("prune.interval_seconds"), "default");
}

#[test]
fn a_variable_is_read_as_the_kind_of_value_its_key_has() {
    let config = load(&[
        ("CAMBIO_MAIL__SITE_NAME", "1984"),
        ("CAMBIO_JWT__SIGNING_KEY", "12345678901234567890123456789013"),
        ("CAMBIO_PROVIDERS__GOOGLE_OAUTH2__CLIENT_IDS", "1, web.example"),
        ("CAMBIO_PROVIDERS__VK-OAUTH2__CLIENT_IDS", "[\"51\", \"52\"]"),
        ("CAMBIO_SERVER__TRUSTED_PROXIES", "10.0.0.0/8"),
        ("CAMBIO_REGISTRATION__ENABLED", "false"),
    ])
    .config;
    assert_eq!(config.mail.site_name, "1984");
    assert_eq!(config.providers.google.client_ids, ["1", "web.example"]);
    assert_eq!(config.providers.vk.client_ids, ["51", "52"]);
    assert_eq!(config.server.trusted_proxies.len(), 1);
    assert!(!config.registration.enabled);
    assert!(config.jwt.signing_key.is_some());
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_key_and_origin() {
    let told = problems(&[
        ("CAMBIO_RESETS__LIFETIME_MINUTE", "10"),
        ("CAMBIO_PRUNE__BATCH", "many"),
        ("CAMBIO_NONSENSE", "1"),
        ("CAMBIO_TOKENS__ACCESS_LIFETIME_SECONDS", "5"),
        ("CAMBIO_LOG__LEVEL", "loud"),
    ]);
    let told: Vec<_> = told.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 5, "{told:#?}");
    for line in [
        "resets.lifetime_minute (variable CAMBIO_RESETS__LIFETIME_MINUTE): is no key of Cambio; \
         leave it out, or write one of lifetime_minutes",
        "prune.batch (variable CAMBIO_PRUNE__BATCH): is a text; write a whole number, 0 or more",
        "log.level (variable CAMBIO_LOG__LEVEL): is none of its words; write error, warn, info, \
         debug, trace",
        "tokens.access_lifetime_seconds (variable CAMBIO_TOKENS__ACCESS_LIFETIME_SECONDS): is 5; \
         write a number from 60 to 86400",
    ] {
        assert!(told.contains(&line.to_owned()), "{line}\n{told:#?}");
    }
    assert!(told.iter().any(|line| line.starts_with("nonsense (variable CAMBIO_NONSENSE): is no")));
}

#[test]
fn a_value_in_place_of_a_section_is_refused_by_name() {
    for (name, key) in
        [("CAMBIO_SERVER", "server"), ("CAMBIO_SERVER__LISTEN__PORT", "server.listen.port")]
    {
        let told = problems(&[(name, "1")]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(
            (told[0].key.as_str(), told[0].origin.as_str()),
            (key, &*format!("variable {name}"))
        );
    }
}

#[test]
fn a_variable_that_names_no_key_is_refused() {
    for name in ["CAMBIO_", "CAMBIO___X", "CAMBIO_SERVER__"] {
        let told = problems(&[(name, "1")]);
        assert_eq!((told.len(), told[0].key.as_str()), (1, name));
    }
}

#[test]
fn an_empty_section_nobody_knows_is_refused() {
    assert_eq!(refusals("[databse]")[0].0, "databse");
    assert_eq!(refusals("[databse]\nurl = \"sqlite://x\"")[0].0, "databse");
    assert!(Config::from_toml("[server]").is_ok());
}

#[test]
fn the_variables_kubernetes_sets_are_refused_with_the_way_out() {
    let told = problems(&[("CAMBIO_PORT_8000_TCP", "tcp://10.0.0.1:8000")]);
    assert!(told[0].text.contains("enableServiceLinks"), "{told:?}");
}

#[test]
fn a_file_that_is_missing_or_not_toml_is_refused() {
    let sources = Sources { file: Some("/nowhere/cambio.toml".into()), ..Sources::default() };
    let told = Config::load(&sources).expect_err("problems");
    assert_eq!(told[0].origin, "file /nowhere/cambio.toml");
    let told = refusals("[jwt]\n\nsigning_key = \"hush hush\nx = 1");
    assert_eq!(told[0].0, "line 3");
    assert!(!told[0].1.contains("hush"), "{told:?}");
}

#[test]
fn each_impossible_setting_is_refused_by_its_full_key() {
    for (toml, key, mend) in [
        ("public_url = \"http://id.example.org\"", "public_url", "write https"),
        ("public_url = \"https://id.example.org?x\"", "public_url", "without user, query"),
        ("[server]\nlisten = \"8000\"", "server.listen", "127.0.0.1:8000"),
        ("[server]\ntrusted_proxies = [\"proxy\"]", "server.trusted_proxies", "10.0.0.0/8"),
        ("[server]\nmax_connections = 0", "server.max_connections", "from 1"),
        ("[server]\nworkers = -1", "server.workers", "0 or more"),
        ("[database]\nurl = \"mysql://x\"", "database.url", "sqlite://FILE"),
        ("[database]\nqueue = 0", "database.queue", "from 1"),
        ("[hashing]\nmemory_kib = 19455", "hashing.memory_kib", "19456"),
        ("[hashing]\niterations = 1", "hashing.iterations", "at least 2"),
        ("[hashing]\nparallelism = 0", "hashing.parallelism", "at least 1"),
        ("[passwords]\nmin_length = 7", "passwords.min_length", "from 8"),
        ("[registration]\nactivation_hours = 0", "registration.activation_hours", "from 1"),
        ("[resets]\nlifetime_minutes = 0", "resets.lifetime_minutes", "from 1"),
        ("[tokens]\nrefresh_grace_seconds = 61", "tokens.refresh_grace_seconds", "to 60"),
        ("[tokens]\nrefresh_idle_seconds = 60", "tokens.refresh_idle_seconds", "as much or more"),
        ("[tokens]\ndefault_scope = \"a  b\"", "tokens.default_scope", "one space"),
        ("[jwt]\nsigning_key = \"short\"", "jwt.signing_key", "openssl rand"),
        ("[jwt]\nrefresh_lifetime_seconds = 60", "jwt.refresh_lifetime_seconds", "as much or more"),
        ("[links]\nactivation = \"/a/{uid}\"", "links.activation", "{token}"),
        ("[linking]\non_email_clash = \"merge\"", "linking.on_email_clash", "create_without_email"),
        ("[dialects.convert_token]\nerrors = \"x\"", "dialects.convert_token.errors", "rfc, drf"),
        ("[log]\nformat = \"xml\"", "log.format", "text, json"),
        ("[prune]\nbatch = 0", "prune.batch", "from 1"),
        ("[mail]\ntransport = \"directory\"", "mail.directory", "name the directory"),
        ("[providers.vk-oauth2]\nenabled = true", "providers.vk-oauth2.client_ids", "list the ids"),
    ] {
        let told = refusals(toml);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, key);
        assert!(told[0].1.contains(mend), "{}: {}", told[0].0, told[0].1);
    }
}

#[test]
fn plain_http_needs_a_word_of_consent_and_is_warned_of() {
    let loaded = load(&[
        ("CAMBIO_PUBLIC_URL", "http://id.example.org"),
        ("CAMBIO_SERVER__ALLOW_INSECURE_PUBLIC_URL", "true"),
    ]);
    let warned: Vec<_> = loaded.warnings().into_iter().map(|(key, _)| key).collect();
    assert!(warned.contains(&"server.allow_insecure_public_url".to_owned()), "{warned:?}");
    assert!(warned.contains(&"links.activation".to_owned()), "{warned:?}");
}

#[test]
fn a_secret_may_come_from_a_file_and_its_line_end_does_not_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    fs::write(&path, format!("{KEY}\n")).expect("a file");
    let path = path.to_str().expect("a path");
    let loaded = load(&[("CAMBIO_JWT__SIGNING_KEY_FILE", path)]);
    let key = loaded.config.jwt.signing_key.as_ref().expect("a key");
    assert_eq!(key.expose_secret(), KEY);
    let origin = format!("file {path}, named by variable CAMBIO_JWT__SIGNING_KEY_FILE");
    assert_eq!(loaded.origin("jwt.signing_key"), Some(origin.as_str()));
    fs::write(path, "postgres://u:pw@h/d\r\n").expect("a file");
    let loaded = load(&[("CAMBIO_DATABASE__URL_FILE", path)]);
    assert_eq!(loaded.config.database.url.expose_secret(), "postgres://u:pw@h/d");
}

#[test]
fn a_secret_and_its_file_exclude_each_other_and_the_file_must_be_there() {
    let told = problems(&[
        ("CAMBIO_JWT__SIGNING_KEY_FILE", "/nowhere/key"),
        ("CAMBIO_JWT__SIGNING_KEY", KEY),
    ]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].key, "jwt.signing_key_file");
    assert!(told[0].text.contains("keep one of the two"), "{told:?}");
    let told = problems(&[("CAMBIO_JWT__SIGNING_KEY_FILE", "/nowhere/key")]);
    assert!(told[0].text.contains("/nowhere/key cannot be read"), "{told:?}");
}

#[test]
fn a_file_in_a_later_layer_beats_the_secret_in_an_earlier_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, secret) = (folder.path().join("cambio.toml"), folder.path().join("url"));
    fs::write(&file, "[database]\nurl = \"sqlite://old.db\"").expect("a file");
    fs::write(&secret, "sqlite://new.db").expect("a file");
    let secret = secret.to_str().expect("a path");
    let sources = Sources { file: Some(file), ..env(&[("CAMBIO_DATABASE__URL_FILE", secret)]) };
    let loaded = Config::load(&sources).expect("settings");
    assert_eq!(loaded.config.database.url.expose_secret(), "sqlite://new.db");
}

#[test]
fn a_secret_is_in_no_problem_no_listing_and_no_debug_output() {
    let hush = "hush-hush-3q2-7wE0x9Vb5c8Zr1Lk4Tn6Yh0Mj2Ps";
    let toml = format!("[jwt]\nsigning_key = [\"{hush}\"]\n[log]\nlevel = \"{hush}\"");
    assert!(!format!("{:?}", refusals(&toml)).contains("hush"));
    let loaded = load(&[
        ("CAMBIO_JWT__SIGNING_KEY", hush),
        ("CAMBIO_DATABASE__URL", "postgres://me:hush@db/cambio"),
        ("CAMBIO_PROVIDERS__VK_OAUTH2__SERVICE_TOKEN", hush),
    ]);
    assert!(!format!("{loaded:?}").contains("hush"));
    let shown = |key| &loaded.show().iter().find(|shown| shown.key == key).expect("shown").value;
    assert_eq!(shown("jwt.signing_key"), "••••••");
    assert_eq!(shown("database.url"), "postgres://me:••••••@db/cambio");
}

#[test]
fn a_variable_that_is_not_utf8_is_refused() {
    let told = problems(&[("CAMBIO_MAIL__SITE_NAME", "B\u{fffd}ro")]);
    assert_eq!(told[0].key, "CAMBIO_MAIL__SITE_NAME");
    assert!(told[0].text.contains("UTF-8"));
}

#[test]
fn the_shipped_files_for_development_and_production_are_good() {
    let development = include_str!("../../config/development.toml");
    assert!(Config::from_toml(development).is_ok());
    let folder = tempfile::tempdir().expect("a folder");
    for (name, secret) in [
        ("database_url", "postgres://cambio:pw@db.example.org/cambio"),
        ("jwt_signing_key", KEY),
        ("smtp_password", "pw"),
    ] {
        fs::write(folder.path().join(name), secret).expect("a file");
    }
    let secrets = folder.path().to_str().expect("a path");
    let production = include_str!("../../config/production.example.toml")
        .replace("/etc/cambio/secrets", secrets);
    let config = Config::from_toml(&production).expect("settings");
    assert_eq!(config.warnings(), []);
}

#[test]
fn the_shipped_variables_for_the_service_are_good() {
    let lines = include_str!("../../contrib/systemd/cambio.env.example").lines();
    let set = lines.filter_map(|line| line.trim_start_matches('#').split_once('='));
    let variables: Vec<_> = set.filter(|(name, _)| name.starts_with("CAMBIO_")).collect();
    let told = problems(&variables);
    let keys: Vec<_> = told.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["mail.smtp.password"], "the password alone comes from elsewhere");
}
