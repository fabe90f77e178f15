//! `cambio backup` and `cambio restore`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::{Failed, args::Form, bar::Bar, moving, open};
use crate::{
    app::store_options,
    config::Config,
    store::{
        copies::{self, Part},
        migrate,
        sweep::Swept,
    },
    usecases::sweep,
};

/// Where a copy goes.
#[derive(Debug, ClapArgs)]
#[command(
    after_long_help = "The server may run meanwhile. The copy is readable by its owner alone, has its name only once it is \
        whole, checked and on disk, and is never written over another file.\n\n\
        It holds neither tokens nor passwords that could be used, but it holds names, addresses and who is whom."
)]
pub struct BackupOptions {
    /// The file the copy goes to; it must not exist.
    file: PathBuf,
    #[command(flatten)]
    form: Form,
}

/// What is put back, and what ends.
#[derive(Debug, ClapArgs)]
#[command(
    after_long_help = "Stop every server first. What was revoked after the copy was made is not revoked in the copy: \
        --bump-epoch ends everything that was issued, so that it stays dead. People and apps then log in again; \
        passwords and client secrets stay.\n\n\
        On PostgreSQL put the database back with pg_restore, then run `cambio restore --bump-epoch` without a FILE."
)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["file", "bump_epoch"])))]
pub struct RestoreOptions {
    /// A copy that `cambio backup` made. It becomes database.url, where nothing may be yet.
    file: Option<PathBuf>,
    /// End every token, session, mailed link and code there is; without a FILE, in database.url as it is.
    #[arg(long)]
    bump_epoch: bool,
    #[command(flatten)]
    form: Form,
}

/// Makes a copy.
pub fn back_up(options: &BackupOptions, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let config = open::config(file)?;
    let source = moving::existing(&config)?;
    let bar = Bar::new("bytes");
    bar.begin("copying", 0, 0);
    let size = copies::back_up(&source, &options.file, &mut |done, of| bar.at(done, of))?;
    drop(bar);
    let name = options.file.display().to_string();
    let text = format!("{name}: {size} bytes, checked");
    moving::told(options.form, &json!({ "file": name, "bytes": size }), &text);
    Ok(ExitCode::SUCCESS)
}

/// Puts a copy back, or ends what was issued, or both.
pub fn restore(options: &RestoreOptions, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let Some(copy) = &options.file else {
        let swept = open::for_command(file)?.run_now(sweep::everything)?;
        moving::told(options.form, &json!({ "ended": ended(&swept) }), &sentence(&swept));
        return Ok(ExitCode::SUCCESS);
    };
    let config = open::config(file)?;
    let target = store_options(&config);
    let bar = Bar::new("bytes");
    bar.begin("copying", 0, 0);
    let part = copies::unpack(copy, &target, &mut |done, of| bar.at(done, of))?;
    drop(bar);
    let swept = if options.bump_epoch { Some(swept(&config, &part)?) } else { None };
    let path = target.url.trim_start_matches("sqlite://");
    let size = part.keep(Path::new(path))?;
    let words = swept.as_ref().map_or_else(|| STANDS.to_owned(), sentence);
    let json = json!({ "file": path, "bytes": size, "ended": swept.as_ref().map(ended) });
    moving::told(options.form, &json, &format!("{path}: {size} bytes, checked\n{words}"));
    Ok(ExitCode::SUCCESS)
}

/// What holds after a restore that ends nothing.
const STANDS: &str = "what was revoked after this copy was made is good again; `cambio restore --bump-epoch` ends all of it";

/// Ends everything in a copy before it becomes the database: nobody ever meets it as it was.
fn swept(config: &Config, part: &Part) -> Result<Swept, Failed> {
    let mut there = config.clone();
    there.database.url = format!("sqlite://{}", part.path().display()).into();
    let app = open::app(&there)?;
    migrate::run(app.store())?;
    Ok(app.run_now(sweep::everything)?)
}

fn ended(swept: &Swept) -> Value {
    json!({
        "accounts": swept.accounts,
        "families": swept.families,
        "links": swept.links,
        "codes": swept.codes,
        "browsers": swept.browsers,
    })
}

fn sentence(swept: &Swept) -> String {
    format!(
        "ended: every token of {} accounts, {} families, {} links, {} codes, {} browser sessions",
        swept.accounts, swept.families, swept.links, swept.codes, swept.browsers
    )
}
