//! `cambio audit`: who did what, and when.

use std::{path::PathBuf, process::ExitCode};

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use clap::{Args as ClapArgs, builder::PossibleValuesParser};
use serde_json::{Value, json};

use super::{Failed, args::Form, open, say};
use crate::{
    app::App,
    domain::{
        account::AccountId,
        audit::{EventKind, plain},
        email::Email,
    },
    store::audit_events::{Noted, Sought},
    usecases::audit,
};

/// Which events are shown.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  \
        cambio audit --since 24h --event sign_in_failed --event client_refused\n  \
        cambio audit --account ada@example.org --limit 20\n  \
        cambio audit --client shop --json | jq -r '[.at, .event, .address] | @tsv'\n\n\
        The latest come first. For the next page: --before with the last number that was shown.\n\
        How long events are kept, and how many refusals are written in a minute: [audit] in the settings.")]
pub struct AuditOptions {
    /// Only what this account did or what was done to it: its id or its address.
    #[arg(long, value_name = "ID|ADDRESS")]
    account: Option<String>,
    /// Only what is about this client: its id.
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Only events of this kind; may be given several times.
    #[arg(long, value_parser = PossibleValuesParser::new(EventKind::ALL.iter().map(|kind| kind.word())), hide_possible_values = true, value_name = "EVENT")]
    event: Vec<String>,
    /// Not before then: 30m, 24h, 7d (ago), a day (2026-11-30) or an instant (2026-11-30T12:00:00Z).
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Before then; written like --since.
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Begin below this number.
    #[arg(long, value_name = "NUMBER")]
    before: Option<i64>,
    /// At most so many.
    #[arg(long, default_value_t = 100)]
    limit: i64,
    /// List the kinds of events there are, and end.
    #[arg(long)]
    list_events: bool,
    #[command(flatten)]
    form: Form,
}

/// Shows events.
pub fn run(options: &AuditOptions, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    if options.list_events {
        EventKind::ALL.iter().for_each(|kind| say(kind.word()));
        return Ok(ExitCode::SUCCESS);
    }
    let app = open::for_command(file)?;
    let sought = sought(&app, options)?;
    let limit = options.limit.clamp(1, 100_000);
    let found = app.run_now(|ctx| audit::list(ctx, &sought, limit))?;
    if options.form.json {
        found.iter().for_each(|noted| say(&object(noted).to_string()));
        return Ok(ExitCode::SUCCESS);
    }
    table(&found).iter().for_each(|line| say(line));
    if found.is_empty() {
        say("no such event");
    }
    Ok(ExitCode::SUCCESS)
}

fn sought(app: &App, options: &AuditOptions) -> Result<Sought, Failed> {
    let now = app.now();
    let when = |text: &Option<String>| text.as_deref().map(|text| instant(text, now)).transpose();
    let account = options.account.as_deref().map(|text| account(app, text)).transpose()?;
    Ok(Sought {
        account,
        client: options.client.clone(),
        kinds: options.event.iter().filter_map(|word| EventKind::parse(word)).collect(),
        since: when(&options.since)?,
        until: when(&options.until)?,
        before: options.before,
    })
}

fn account(app: &App, text: &str) -> Result<AccountId, Failed> {
    if let Ok(id) = text.parse() {
        return Ok(AccountId(id));
    }
    let email = Email::parse(text)
        .ok_or_else(|| Failed(format!("--account {text}: neither an id nor an address")))?;
    Ok(app.run_now(|ctx| audit::account_of(ctx, &email))?)
}

/// An instant, a day, or how long ago.
fn instant(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, Failed> {
    let ago = || {
        let number: i64 = text.get(..text.len().checked_sub(1)?)?.parse().ok()?;
        let span = match text.chars().last()? {
            'm' => TimeDelta::try_minutes(number),
            'h' => TimeDelta::try_hours(number),
            'd' => TimeDelta::try_days(number),
            _ => None,
        };
        now.checked_sub_signed(span?)
    };
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let whole = || DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    ago().or_else(day).or_else(whole).ok_or_else(|| {
        Failed(format!(
            "{text}: write 30m, 24h or 7d, a day (2026-11-30) or an instant (2026-11-30T12:00:00Z)"
        ))
    })
}

/// Lines in columns as wide as they have to be.
fn table(found: &[Noted]) -> Vec<String> {
    let rows: Vec<[String; 7]> = found.iter().map(columns).collect();
    let mut widths = [0; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn columns(noted: &Noted) -> [String; 7] {
    let about = [
        noted.account.map(|id| format!("account {id}")),
        noted.client.as_deref().map(|id| format!("client {}", plain(id))),
    ];
    let by = match (noted.side.as_str(), noted.principal) {
        ("request", Some(id)) => format!("by account {id}"),
        ("request", None) => String::new(),
        (side, _) => format!("by {}", plain(side)),
    };
    let times = if noted.times == 1 { String::new() } else { format!("{} times", noted.times) };
    [
        noted.id.to_string(),
        time(noted.at),
        plain(&noted.event),
        about.into_iter().flatten().collect::<Vec<_>>().join(", "),
        [plain(&noted.detail), times].join(" ").trim().to_owned(),
        by,
        noted
            .address
            .as_deref()
            .map(|address| format!("from {}", plain(address)))
            .unwrap_or_default(),
    ]
}

fn object(noted: &Noted) -> Value {
    json!({
        "id": noted.id,
        "at": noted.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "event": noted.event,
        "side": noted.side,
        "by_account": noted.principal,
        "account": noted.account,
        "client": noted.client,
        "detail": noted.detail,
        "address": noted.address,
        "request_id": noted.request,
        "times": noted.times,
    })
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::instant;

    #[test]
    fn a_time_is_a_span_a_day_or_an_instant() {
        let now: DateTime<Utc> = "2026-11-30T12:00:00Z".parse().expect("an instant");
        for (text, meant) in [
            ("30m", "2026-11-30T11:30:00Z"),
            ("24h", "2026-11-29T12:00:00Z"),
            ("7d", "2026-11-23T12:00:00Z"),
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("2026-11-01T10:00:00+02:00", "2026-11-01T08:00:00Z"),
        ] {
            let meant: DateTime<Utc> = meant.parse().expect("an instant");
            assert_eq!(instant(text, now).expect(text), meant);
        }
        for wrong in ["", "h", "yesterday", "7w", "9223372036854775807d", "é"] {
            assert!(instant(wrong, now).is_err(), "{wrong}");
        }
    }
}
