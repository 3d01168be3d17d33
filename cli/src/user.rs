//! `reelfarm user`: accounts of a farm, by the HTTP API. Knows no rules about them: the farm refuses what is not allowed.

use anyhow::Context as _;

use crate::args::{FarmArgs, UserCommand};
use crate::client::{Account, Client, NewUser};
use crate::failure::Failure;
use crate::running_farm::connect;
use crate::stdout;

/// Does what is asked with accounts.
pub async fn run(command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add { name, role, password_stdin, farm } => {
            let password = if password_stdin { Some(first_line()?) } else { None };
            let client = connect(&farm).await?;
            let made = client.create_user(&NewUser { name: &name, role, password }).await?;
            if made.has_password {
                return stdout::print(&format!("{name} ({}) can sign in with the password.", made.role.as_str()));
            }
            let link = client.create_user_login_link(made.id).await?;
            stdout::print(&format!("{name} ({}) signs in once, within an hour, by\n{link}", made.role.as_str()))
        }
        UserCommand::List { json, farm } => {
            let accounts = connect(&farm).await?.users().await?;
            let lines: Vec<String> = accounts.iter().map(line).collect();
            let text = if json {
                serde_json::to_string(&accounts).context("failed to write accounts as JSON")?
            } else {
                lines.join("\n")
            };
            stdout::print(&text)
        }
        UserCommand::Token { name, label, farm } => {
            let client = connect(&farm).await?;
            let user = find(&client, &name).await?;
            stdout::print(&client.create_user_token(user.id, &label).await?)
        }
        UserCommand::Link { name, farm } => {
            let client = connect(&farm).await?;
            let user = find(&client, &name).await?;
            stdout::print(&client.create_user_login_link(user.id).await?)
        }
        UserCommand::Disable { name, farm } => disable(&farm, &name, true).await,
        UserCommand::Enable { name, farm } => disable(&farm, &name, false).await,
    }
}

async fn disable(farm: &FarmArgs, name: &str, disabled: bool) -> Result<(), Failure> {
    let client = connect(farm).await?;
    let user = find(&client, name).await?;
    client.disable_user(user.id, disabled).await?;
    stdout::print(&format!("{name} is {}.", if disabled { "disabled" } else { "enabled" }))
}

async fn find(client: &Client, name: &str) -> Result<Account, Failure> {
    let accounts = client.users().await?;
    let found = accounts.into_iter().find(|account| account.name == name);
    found.ok_or_else(|| Failure::refused(format!("there is no account called {name}")))
}

fn line(account: &Account) -> String {
    let state = if account.disabled { "disabled" } else { "" };
    format!("{:<24} {:<9} {}  {state}", account.name, account.role.as_str(), account.created_at).trim_end().to_owned()
}

/// Arguments can be read by every user of a machine; a password is not one.
fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("failed to read a password from stdin")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
