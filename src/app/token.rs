//! `picket token`: makes, lists and revokes the tokens by which people and programs come in.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::edge::auth::{Role, token};
use crate::edge::clock;
use crate::edge::store::{LocalStore, TokenRow};
use crate::engine::time::{EventTime, Span};
use crate::settings::Settings;

/// The most days a token may be good for.
const DAYS_AT_MOST: u32 = 3660;
/// The most characters of a name.
const NAME_AT_MOST: usize = 64;

/// Make a token for the API, and print it once; the service may be running
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["role", "list", "revoke"])))]
pub struct TokenArgs {
    /// What its holder may do: operator, analyst or liaison
    #[arg(long)]
    role: Option<String>,
    /// Its holder sees this squadron's alerts only
    #[arg(long, conflicts_with_all = ["list", "revoke"])]
    squadron: Option<String>,
    /// The service its holder belongs to (a liaison's must be named)
    #[arg(long, conflicts_with_all = ["list", "revoke"])]
    partner: Option<String>,
    /// What its holder is called in `acknowledged_by`; the role and squadron if not given
    #[arg(long, conflicts_with_all = ["list", "revoke"])]
    name: Option<String>,
    /// Days it is good for
    #[arg(long, value_name = "DAYS", default_value_t = 90, conflicts_with_all = ["list", "revoke"])]
    expires_days: u32,
    /// List all tokens without their secrets
    #[arg(long)]
    list: bool,
    /// Revoke every token of this name, at once
    #[arg(long, value_name = "NAME")]
    revoke: Option<String>,
    /// The settings file, whose data folder holds the tokens; without it every default
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: TokenArgs) -> anyhow::Result<ExitCode> {
    let settings = match &args.config {
        Some(path) => Settings::load(path)?,
        None => Settings::default(),
    };
    let row = args.role.as_deref().map(|role| row_of(&args, role)).transpose()?;
    let mut store = LocalStore::open(&settings.service.data_dir)?;
    let mut stdout = std::io::stdout();
    if let Some(row) = row {
        let secret = token::generate()?;
        store.add_token(&TokenRow { hash: token::hash(&secret), ..row })?;
        writeln!(stdout, "{secret}")?;
        if settings.service.auth.is_none() {
            eprintln!("note: the settings have no [auth]: the service asks nobody for a token");
        }
    } else if let Some(name) = &args.revoke {
        let revoked = store.revoke_token(name, clock::now())?;
        if revoked == 0 {
            bail!("no token of the name `{name}` is in use");
        }
        eprintln!("{revoked} revoked");
    } else {
        for row in store.reader().list_tokens()? {
            writeln!(stdout, "{}", line_of(&row))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The token asked for, all but its secret.
fn row_of(args: &TokenArgs, role: &str) -> anyhow::Result<TokenRow> {
    let role: Role = role.parse().context("--role")?;
    if role == Role::Liaison && args.partner.is_none() {
        bail!("--partner: a liaison belongs to a partner: name it");
    }
    if !(1..=DAYS_AT_MOST).contains(&args.expires_days) {
        bail!("--expires-days: must be from 1 to {DAYS_AT_MOST}");
    }
    let called = || args.squadron.as_ref().map_or(role.text().to_owned(), |of| format!("{} {of}", role.text()));
    let name = args.name.clone().unwrap_or_else(called);
    for (option, text) in
        [("--name", Some(&name)), ("--squadron", args.squadron.as_ref()), ("--partner", args.partner.as_ref())]
    {
        let is_good = |text: &String| {
            !text.trim().is_empty() && text.chars().count() <= NAME_AT_MOST && !text.chars().any(char::is_control)
        };
        if !text.is_none_or(is_good) {
            bail!("{option}: must be 1 to {NAME_AT_MOST} printable characters");
        }
    }
    let created_at = clock::now();
    Ok(TokenRow {
        hash: Default::default(),
        name,
        role: role.text().to_owned(),
        squadron: args.squadron.clone(),
        partner: args.partner.clone(),
        created_at,
        expires_at: Some(created_at + Span::from_hours(24 * i64::from(args.expires_days))),
        revoked_at: None,
    })
}

/// A token in a list, separated by tabs.
fn line_of(row: &TokenRow) -> String {
    let time = |at: Option<EventTime>| at.map_or("-".to_owned(), EventTime::iso);
    let state = match (row.revoked_at, row.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) if at <= clock::now() => "expired".to_owned(),
        _ => "good".to_owned(),
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let columns = [
        row.name.clone(),
        row.role.clone(),
        text(&row.squadron),
        text(&row.partner),
        row.created_at.iso(),
        time(row.expires_at),
        state,
    ];
    columns.join("\t")
}
