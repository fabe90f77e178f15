//! What can be typed.
#![expect(clippy::doc_markdown, reason = "clap prints these lines: people do not want backticks")]

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::{
    audit::AuditOptions,
    copies::{BackupOptions, RestoreOptions},
    moving::MoveOptions,
};

/// Cambio exchanges the tokens of Google, Yandex and VK, and e-mail logins, for tokens of your own.
#[derive(Debug, Parser)]
#[command(name = "cambio", version, arg_required_else_help = true)]
#[command(
    after_help = "Try it: `cambio dev` starts everything offline and prints what to paste.\n\
                        Settings: config/default.toml names and explains every one of them."
)]
pub struct Args {
    /// A TOML file whose settings go over the defaults; environment variables go over both.
    #[arg(long, short, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve, until told to stop (SIGTERM or Ctrl-C); requests in progress are finished first.
    Serve,
    /// Try everything on this machine, offline: a server, emulated providers, mail in a folder.
    Dev(DevOptions),
    /// Run the emulated providers alone.
    Sandbox(SandboxOptions),
    /// Bring the database's tables up to date and end.
    Migrate,
    /// Look at the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Register and manage the applications that may ask for tokens.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Manage people's accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Look after the keys that sign id_tokens and access JWTs.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Look after letters that have not left yet.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Show who did what, and when: sign-ins, changes, refusals. No secret is in it.
    Audit(AuditOptions),
    /// Copy the SQLite database into a file, beside a running server.
    Backup(BackupOptions),
    /// Put a copy back, and end what was issued before (--bump-epoch); PostgreSQL has tools of its own for the first.
    Restore(RestoreOptions),
    /// Move everything into another database, from SQLite to PostgreSQL or back; nothing that was answered is lost.
    Move(MoveOptions),
    /// Ask a running server whether it is ready; ends with 0 if it is. Plain http only.
    Health {
        /// The server's address.
        #[arg(default_value = "http://127.0.0.1:8000/health/ready")]
        url: String,
    },
}

/// Where `dev` listens and what it keeps.
#[derive(Debug, ClapArgs)]
pub struct DevOptions {
    /// The server's port on 127.0.0.1.
    #[arg(long, default_value_t = 8000)]
    pub port: u16,
    /// The port of the emulated providers on 127.0.0.1.
    #[arg(long, default_value_t = 8001)]
    pub sandbox_port: u16,
    /// The folder for the database, the mail and dev.json; delete it to start afresh.
    #[arg(long, default_value = ".cambio")]
    pub dir: PathBuf,
}

/// Where the emulated providers listen.
#[derive(Debug, ClapArgs)]
pub struct SandboxOptions {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8001)]
    pub port: u16,
}

/// Look at the settings.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Check every setting; ends with 0 if Cambio would start. Risky ones are warned about.
    Check,
    /// Show every setting, and where its value came from. Secrets are hidden.
    Show {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The keys that sign what others verify.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the keys that are published, and where each stands.
    List(Form),
    /// Let the next key sign, publish one to follow it, and retire the one that signed so far. It stays
    /// published until the last token it signed is over.
    Rotate(Form),
    /// Bring along a private key for oauth.signing_algorithm; it signs after the next rotation, the very
    /// first one at once.
    Import {
        /// A file that holds it, in PKCS #8 PEM; `-` for standard input.
        file: PathBuf,
        #[command(flatten)]
        form: Form,
    },
}

/// Whether a client can keep a secret.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Kind {
    /// A back-end, which proves its secret.
    Confidential,
    /// A mobile or browser app, which cannot keep one.
    Public,
}

/// Register and manage applications.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Register an application. Its secret, if it has one, is printed this once.
    Create(Box<NewClient>),
    /// List every application.
    List(Form),
    /// Show one application.
    Show {
        /// Its client_id.
        id: String,
        #[command(flatten)]
        form: Form,
    },
    /// Draw a new secret. The old one stays good for the overlap.
    RotateSecret(RotateSecret),
    /// Switch an application off: neither its secret nor any of its tokens is accepted.
    Disable {
        /// Its client_id.
        id: String,
        #[command(flatten)]
        form: Form,
    },
    /// Switch an application on again.
    Enable {
        /// Its client_id.
        id: String,
        #[command(flatten)]
        form: Form,
    },
    /// Delete an application and every token it was given.
    Delete {
        /// Its client_id.
        id: String,
        #[command(flatten)]
        form: Form,
    },
}

/// In which form the answer is printed.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Form {
    /// Print JSON, for scripts.
    #[arg(long)]
    pub json: bool,
}

/// An application to be registered.
#[derive(Debug, ClapArgs)]
pub struct NewClient {
    /// Its name, as shown to people.
    #[arg(long)]
    pub name: String,
    /// Whether it can keep a secret.
    #[arg(long = "type", value_enum)]
    pub kind: Kind,
    /// A grant type it may use: convert_token, refresh_token, authorization_code, client_credentials,
    /// password, urn:ietf:params:oauth:grant-type:device_code. May be repeated. Without any: convert_token and refresh_token.
    #[arg(long = "grant", value_name = "GRANT")]
    pub grants: Vec<String>,
    /// Where people may be sent back to. May be repeated.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,
    /// The scopes it may ask for, with spaces between them. Without: tokens.default_scope.
    #[arg(long)]
    pub scope: Option<String>,
    /// A provider whose tokens it may convert. May be repeated. Without any: every configured one.
    #[arg(long = "provider", value_name = "NAME")]
    pub providers: Vec<String>,
    /// A page people may be sent to after they have signed out. May be repeated.
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub post_logout_uris: Vec<String>,
    /// An origin whose scripts may call us from a browser, as browsers write it: `https://app.example`. May be
    /// repeated.
    #[arg(long = "allowed-origin", value_name = "ORIGIN")]
    pub allowed_origins: Vec<String>,
    /// A resource it may ask tokens for, an absolute URI (RFC 8707). May be repeated.
    #[arg(long = "resource", value_name = "URI")]
    pub resources: Vec<String>,
    /// Its access tokens are JWTs that a resource server can read (RFC 9068).
    #[arg(long)]
    pub jwt_access: bool,
    /// It is a resource server: introspection tells it about other clients' access tokens.
    #[arg(long)]
    pub introspects: bool,
    /// It may ask for codes without PKCE; for confidential clients that cannot do better.
    #[arg(long)]
    pub pkce_optional: bool,
    /// A file with its public keys, a JWK set: it signs assertions (private_key_jwt) and has no secret.
    #[arg(long, value_name = "FILE")]
    pub jwks_file: Option<PathBuf>,
    /// Its client_id. Without: one is drawn.
    #[arg(long)]
    pub id: Option<String>,
    /// A file that holds its secret, `-` for standard input. Without: one is drawn.
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    #[command(flatten)]
    pub form: Form,
}

/// A secret to be replaced.
#[derive(Debug, ClapArgs)]
pub struct RotateSecret {
    /// The client_id.
    pub id: String,
    /// For how many minutes the old secret stays good, at most 1440.
    #[arg(long, default_value_t = 60, value_name = "MINUTES")]
    pub overlap: u32,
    /// A file that holds the new secret, `-` for standard input. Without: one is drawn.
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    #[command(flatten)]
    pub form: Form,
}

/// Manage people's accounts. An ACCOUNT is an id or an e-mail address.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account that is active at once. Its password is asked for, or read from a file.
    Create(NewAccount),
    /// List accounts in the order of their ids.
    List {
        /// Begin after this id.
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: i64,
        #[command(flatten)]
        form: Form,
    },
    /// Show one account.
    Show(OneAccount),
    /// Let an account log in; its address counts as proven.
    Activate(OneAccount),
    /// Switch an account off; all its tokens are over at once.
    Deactivate(OneAccount),
    /// Give an account a new password; all its tokens are over at once.
    SetPassword {
        #[command(flatten)]
        which: OneAccount,
        /// A file that holds the password, `-` for standard input. Without: it is asked for.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Make an account an administrator.
    MakeAdmin(OneAccount),
    /// Delete an account with everything that hangs on it.
    Delete(OneAccount),
    /// Who is in which group.
    #[command(subcommand)]
    Groups(GroupsCommand),
}

/// An account to be made.
#[derive(Debug, ClapArgs)]
pub struct NewAccount {
    /// The e-mail address.
    pub email: String,
    /// The name shown.
    #[arg(long, default_value = "")]
    pub name: String,
    /// A name to log in with beside the address, where the installation takes one.
    #[arg(long)]
    pub username: Option<String>,
    /// The language of its letters: en, ru or ko.
    #[arg(long)]
    pub language: Option<String>,
    /// A file that holds the password, `-` for standard input. Without: it is asked for.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    #[command(flatten)]
    pub form: Form,
}

/// An account, and the form of the answer.
#[derive(Debug, ClapArgs)]
pub struct OneAccount {
    /// The id or e-mail address.
    pub account: String,
    #[command(flatten)]
    pub form: Form,
}

/// Who is in which group.
#[derive(Debug, Subcommand)]
pub enum GroupsCommand {
    /// Put an account into a group.
    Add {
        /// The id or e-mail address.
        account: String,
        /// The group's name.
        group: String,
    },
    /// Take an account out of a group.
    Remove {
        /// The id or e-mail address.
        account: String,
        /// The group's name.
        group: String,
    },
    /// List an account's groups.
    List(OneAccount),
}

/// Look after letters that have not left yet. Neither addresses nor links are shown.
#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// List what waits and what was parked: which letter, its tries, the next one, why the last failed.
    List {
        /// Begin after this id.
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: i64,
        #[command(flatten)]
        form: Form,
    },
    /// Have a letter tried again now, parked or put back; its tries are counted anew.
    #[command(group(clap::ArgGroup::new("which").required(true).args(["id", "all"])))]
    Retry {
        /// Its id.
        id: Option<i64>,
        /// Every letter that was parked or put back.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Throw a letter away that has not left.
    Drop {
        /// Its id.
        id: i64,
        #[command(flatten)]
        form: Form,
    },
}
