//! `cambio move`: everything into another database.

use std::{path::PathBuf, process::ExitCode};

use clap::Args as ClapArgs;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{Failed, args::Form, bar::Bar, open, say, secret};
use crate::{
    app::store_options,
    config::Config,
    entropy::{Entropy, OsEntropy},
    store::{
        moving::{self, Halt, Moved, News},
        open::StoreOptions,
    },
};

/// Where everything goes.
#[derive(Debug, ClapArgs)]
#[command(
    after_long_help = "From the first row on, database.url takes no more writes: a server that runs on it goes on \
        checking tokens and answers 503 to whatever would change something, before and after the end. So the way is: \
        `cambio move --to …`, then set database.url to the new address everywhere, stop the old servers, start the new \
        ones.\n\n\
        If it is interrupted, by whatever, run it again: it goes on where it was. At the end every row of both sides is \
        read and compared. Until then no server starts on the target.\n\n\
        `cambio move --reopen` lets the old database take writes again. What was written to the new one is not in it."
)]
#[command(group(clap::ArgGroup::new("where").required(true).args(["to", "to_file", "reopen"])))]
pub struct MoveOptions {
    /// The empty database everything goes to: `postgres://…`, or `sqlite://FILE`. Others on this machine can see a
    /// password that stands here; they cannot with --to-file.
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// A file that holds the address; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    to_file: Option<PathBuf>,
    /// Move nothing, but let database.url take writes again after a move from it was begun or done.
    #[arg(long)]
    reopen: bool,
    #[command(flatten)]
    form: Form,
}

impl From<Halt> for Failed {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Refused(why) => Self(why),
            Halt::Fault(fault) => fault.into(),
        }
    }
}

/// Moves everything, or takes a move back.
pub fn run(options: &MoveOptions, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let config = open::config(file)?;
    let source = existing(&config)?;
    if options.reopen {
        moving::thaw(&source)?;
        let text = "database.url takes writes again";
        told(options.form, &json!({ "reopened": true }), text);
        return Ok(ExitCode::SUCCESS);
    }
    let target = target(options, &config)?;
    let entropy: &dyn Entropy = &OsEntropy;
    let id = hex::encode(entropy.bytes::<16>());
    let bar = Bar::new("rows");
    let moved = moving::run(&source, &target, &id, &mut |news| show(&bar, news))?;
    drop(bar);
    report(options.form, &moved);
    Ok(ExitCode::SUCCESS)
}

/// The database of the settings, which is not made by looking at it.
pub fn existing(config: &Config) -> Result<StoreOptions, Failed> {
    let options = store_options(config);
    if let Some(path) = options.url.strip_prefix("sqlite://")
        && !std::path::Path::new(path).exists()
    {
        return Err(Failed(format!("database.url: there is no file {path}")));
    }
    Ok(options)
}

fn target(options: &MoveOptions, config: &Config) -> Result<StoreOptions, Failed> {
    let url = match (&options.to, &options.to_file) {
        (Some(url), _) => url.clone(),
        (None, Some(file)) => secret::from_file(file)?.expose_secret().to_owned(),
        (None, None) => String::new(),
    };
    let mut there = config.clone();
    there.database.url = url.clone().into();
    if there.database.backend().is_none() {
        let mend = "write sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME";
        return Err(Failed(format!("--to names no database; {mend}")));
    }
    if url == config.database.url.expose_secret() {
        return Err(Failed("--to is database.url itself".to_owned()));
    }
    Ok(store_options(&there))
}

fn show(bar: &Bar, news: News<'_>) {
    match news {
        News::Copying(table, of, done) => bar.begin(format!("copying {table}"), of, done),
        News::Comparing(table, of) => bar.begin(format!("comparing {table}"), of, 0),
        News::Rows(rows) => bar.more(rows),
    }
}

fn report(form: Form, moved: &[Moved]) {
    let rows: u64 = moved.iter().map(|table| table.rows).sum();
    let tables: Vec<Value> = moved
        .iter()
        .map(|table| json!({ "table": table.table, "rows": table.rows, "sum": table.sum }))
        .collect();
    if !form.json {
        for table in moved {
            say(&format!("{:20} {:>12}  {}", table.table, table.rows, table.sum));
        }
    }
    let text = format!(
        "{rows} rows moved, both sides equal; set database.url to the new address, then stop the \
         old servers and start the new ones"
    );
    told(form, &json!({ "rows": rows, "tables": tables }), &text);
}

/// Says what was done, in the form that was asked for.
pub fn told(form: Form, json: &Value, text: &str) {
    if form.json { say(&json.to_string()) } else { say(text) }
}
