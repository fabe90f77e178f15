//! `cambio dev`: everything on this machine, offline, with lines to paste.

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::ExitCode,
};

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{Failed, args::DevOptions, log, open, sandbox, say, serve};
use crate::{
    app::App,
    config::Config,
    courier::Office,
    domain::client::{ClientId, ClientKind, ClientOptions, GrantType, ProviderRule},
    entropy::{Entropy, OsEntropy},
    error::{Error, Fault, Outcome, Refusal},
    server,
    usecases::{
        Ctx,
        clients::{self, RegisterClient},
    },
};

/// The client that keeps a secret.
const CONFIDENTIAL: &str = "dev-backend";
/// The client that cannot.
const PUBLIC: &str = "dev-mobile-app";
/// A token of each provider's emulator that is good, and of one user each.
const TOKENS: [(&str, &str); 3] =
    [("google-oauth2", "ok-1"), ("yandex-oauth2", "ok-2"), ("vk-oauth2", "ok-3")];

/// Starts the server and the emulators, prints what to paste, and serves until told to stop.
pub fn run(options: &DevOptions) -> Result<ExitCode, Failed> {
    let dir = make_dir(&options.dir)?;
    actix_web::rt::System::new().block_on(async {
        let sandbox = sandbox::start(options.sandbox_port, 1).await?;
        let config = config(options, &dir, &sandbox.config_fragment())?;
        let _written = log::start(&config.log, None);
        let app = open::app(&config)?;
        let listener = TcpListener::bind(config.server.listen).map_err(|cause| {
            Failed(format!("port {}: {cause}; choose another with --port", options.port))
        })?;
        server::migrate(&app).await?;
        let facts = Facts::settle(&app, &config, &dir, sandbox.base_url()).await?;
        facts.write(&dir)?;
        let running = server::start(&app, &config, listener, Office::build(&config)?)?;
        facts.print(&options.dir);
        let code = serve::until_told(running).await;
        sandbox.stop().await;
        code
    })
}

fn make_dir(dir: &Path) -> Result<PathBuf, Failed> {
    let failed = |cause| Failed(format!("{}: {cause}", dir.display()));
    fs::create_dir_all(dir.join("mail")).map_err(failed)?;
    dir.canonicalize().map_err(failed)
}

fn config(options: &DevOptions, dir: &Path, providers: &str) -> Result<Config, Failed> {
    let jwt_key = json!(jwt_key(dir)?.expose_secret());
    // A path in TOML: a JSON string is one, too.
    let text = |path: PathBuf| json!(path.to_string_lossy()).to_string();
    let database = json!(format!("sqlite://{}", dir.join("cambio.db").display()));
    let mail = text(dir.join("mail"));
    let port = options.port;
    let toml = format!(
        "public_url = \"http://127.0.0.1:{port}\"\n\
         [server]\nlisten = \"127.0.0.1:{port}\"\ndrain_seconds = 0\n\
         max_connections_per_address = 0\n[limits]\nenabled = false\n\
         [database]\nurl = {database}\n\
         [mail]\ntransport = \"directory\"\ndirectory = {mail}\n\
         [jwt]\nsigning_key = {jwt_key}\n\
         [social_login]\nredirect_uris = [\"http://localhost:3000/social\"]\n\
         {providers}"
    );
    Config::from_toml(&toml).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failed(lines.join("\n"))
    })
}

/// What scripts and people need to know of this sandbox.
struct Facts {
    base_url: String,
    sandbox_url: String,
    database_url: String,
    mail_dir: PathBuf,
    secret: SecretString,
}

impl Facts {
    /// Sees to it that both clients are there; the secret of an earlier start stays good.
    async fn settle(
        app: &App,
        config: &Config,
        dir: &Path,
        sandbox_url: &str,
    ) -> Result<Self, Failed> {
        let known = known_secret(dir);
        let secret = app.write(move |ctx| settle_clients(ctx, known.as_ref())).await?;
        Ok(Self {
            base_url: config.public_url.as_str().to_owned(),
            sandbox_url: sandbox_url.to_owned(),
            database_url: config.database.url.expose_secret().to_owned(),
            mail_dir: dir.join("mail"),
            secret,
        })
    }

    fn write(&self, dir: &Path) -> Result<(), Failed> {
        let tokens: Value = TOKENS.iter().map(|(name, token)| (*name, *token)).collect();
        let facts = json!({
            "base_url": self.base_url,
            "sandbox_url": self.sandbox_url,
            "database_url": self.database_url,
            "mail_dir": self.mail_dir,
            "clients": {
                "confidential": {
                    "client_id": CONFIDENTIAL,
                    "client_secret": self.secret.expose_secret(),
                },
                "public": { "client_id": PUBLIC },
            },
            "tokens": tokens,
        });
        write_secret(&dir.join("dev.json"), &format!("{facts:#}"))
    }

    fn print(&self, dir: &Path) {
        let (base, secret) = (&self.base_url, self.secret.expose_secret());
        let (mail, dir) = (quoted(&dir.join("mail")), quoted(dir));
        say(&format!(
            "Cambio serves {base}; the emulated providers are at {sandbox}.\n\n\
             # An account by e-mail: register, activate with the mailed link, log in, look at yourself.\n\
             EMAIL=ada$(date +%s)@example.com\n\
             curl -sS {base}/auth/users/ -d email=$EMAIL -d password=dormouse-teapot-42 \
             -d re_password=dormouse-teapot-42\n\
             sleep 1; LINK=$(cat \"$(grep -l \"$EMAIL\" {mail}/*.eml)\" | grep -o \
             '{base}/auth/activate/[A-Za-z0-9_/-]*' | head -n 1)\n\
             curl -sS {base}/auth/users/activation/ -d uid=$(echo $LINK | cut -d/ -f6) \
             -d token=$(echo $LINK | cut -d/ -f7)\n\
             TOKEN=$(curl -sS {base}/auth/token/login/ -d username=$EMAIL \
             -d password=dormouse-teapot-42 | grep -oE '[0-9a-f]{{40}}')\n\
             curl -sS {base}/auth/users/me/ -H \"Authorization: Token $TOKEN\"\n",
            sandbox = self.sandbox_url,
        ));
        for (provider, token) in TOKENS {
            say(&format!(
                "# A token of {provider} for ours, and a call with it.\n\
                 ACCESS=$(curl -sS {base}/auth/convert-token/ -d grant_type=convert_token \
                 -d client_id={CONFIDENTIAL} -d client_secret={secret} -d backend={provider} \
                 -d token={token} | tee /dev/stderr | grep -oE 'cat_[A-Za-z0-9_-]+')\n\
                 curl -sS {base}/auth/users/me/ -H \"Authorization: Bearer $ACCESS\"\n"
            ));
        }
        say(&format!(
            "# The same from an app that cannot keep a secret.\n\
             curl -sS {base}/auth/convert-token/ -d grant_type=convert_token -d client_id={PUBLIC} \
             -d backend=google-oauth2 -d token=ok-1\n\n\
             # A JWT the short way, and the page of a provider, from which its code comes back.\n\
             curl -sS {base}/api/register/ -d email=$(date +%s)@example.com -d password=dormouse-teapot-42\n\
             curl -sS '{base}/auth/o/google-oauth2/?redirect_uri=http://localhost:3000/social'\n\n\
             Scripts find these facts in {dir}/dev.json; mail is in {mail}.\n\
             To start afresh: stop it (Ctrl-C), delete {dir}, start it again.\n"
        ));
    }
}

/// A path as a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c)) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The key of this sandbox' JWTs: drawn at the first start, and kept.
fn jwt_key(dir: &Path) -> Result<SecretString, Failed> {
    let path = dir.join("jwt_key");
    if let Ok(key) = fs::read_to_string(&path) {
        return Ok(key.trim().to_owned().into());
    }
    let entropy: &dyn Entropy = &OsEntropy;
    let key = hex::encode(entropy.bytes::<32>());
    write_secret(&path, &key)?;
    Ok(key.into())
}

/// Writes a file that only its owner may read.
fn write_secret(path: &Path, text: &str) -> Result<(), Failed> {
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    Ok(writeln!(file, "{text}")?)
}

/// The secret that an earlier start has written down.
fn known_secret(dir: &Path) -> Option<SecretString> {
    let text = fs::read_to_string(dir.join("dev.json")).ok()?;
    let facts: Value = serde_json::from_str(&text).ok()?;
    facts.pointer("/clients/confidential/client_secret")?.as_str().map(Into::into)
}

fn settle_clients(ctx: &mut Ctx<'_>, known: Option<&SecretString>) -> Outcome<SecretString> {
    let missing = |ctx: &mut Ctx<'_>, id: &ClientId| match clients::show(ctx, id) {
        Ok(_) => Ok(false),
        Err(Error::Refused(Refusal::NotFound)) => Ok(true),
        Err(other) => Err(other),
    };
    let (confidential, public) = (id(CONFIDENTIAL)?, id(PUBLIC)?);
    if missing(ctx, &public)? {
        clients::register(ctx, &wish(public, ClientKind::Public, None))?;
    }
    let registered = if missing(ctx, &confidential)? {
        clients::register(ctx, &wish(confidential, ClientKind::Confidential, known.cloned()))?
    } else {
        clients::rotate_secret(ctx, &confidential, TimeDelta::zero(), known.cloned())?
    };
    registered
        .secret
        .ok_or_else(|| Fault::internal("a confidential client without a secret").into())
}

fn id(text: &str) -> Result<ClientId, Fault> {
    ClientId::parse(text).ok_or_else(|| Fault::internal("a built-in client id is not one"))
}

fn wish(id: ClientId, kind: ClientKind, secret: Option<SecretString>) -> RegisterClient {
    RegisterClient {
        name: id.as_str().to_owned(),
        id: Some(id),
        secret,
        kind,
        grants: vec![GrantType::ConvertToken, GrantType::RefreshToken],
        redirect_uris: Vec::new(),
        scopes: None,
        providers: ProviderRule::Any,
        options: ClientOptions::default(),
    }
}
