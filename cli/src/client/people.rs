//! The calls about accounts, tokens and login links. Decides nothing.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Client, Error};
use crate::args::Role;

/// Accounts on one page; the API gives no more.
const PAGE_MAX: usize = 100;

/// An account about to be made.
#[derive(Serialize)]
pub struct NewUser<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it may do.
    pub role: Role,
    /// Its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// An account.
#[derive(Debug, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether nobody gets in by it.
    pub disabled: bool,
    /// Whether it has a password.
    pub has_password: bool,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

#[derive(Deserialize)]
struct Accounts {
    users: Vec<Account>,
}

#[derive(Serialize)]
struct NewToken<'a> {
    name: &'a str,
}

#[derive(Deserialize)]
struct TokenCreated {
    token: String,
}

#[derive(Serialize)]
struct Change {
    disabled: bool,
}

#[derive(Deserialize)]
struct LoginLink {
    url: String,
}

impl Client {
    /// A link that signs a browser in as whoever this client is, once.
    pub async fn create_login_link(&self) -> Result<String, Error> {
        let link: LoginLink = self.json(Method::POST, "api/auth/login-links", None::<&()>).await?;
        Ok(link.url)
    }

    /// Makes an account.
    pub async fn create_user(&self, user: &NewUser<'_>) -> Result<Account, Error> {
        self.json(Method::POST, "api/users", Some(user)).await
    }

    /// Every account, oldest first.
    pub async fn users(&self) -> Result<Vec<Account>, Error> {
        let mut all = Vec::new();
        for page in 1.. {
            let path = format!("api/users?sort=created_at&limit={PAGE_MAX}&page={page}");
            let accounts: Accounts = self.json(Method::GET, &path, None::<&()>).await?;
            let last = accounts.users.len() < PAGE_MAX;
            all.extend(accounts.users);
            if last {
                break;
            }
        }
        Ok(all)
    }

    /// Makes a token for an account.
    pub async fn create_user_token(&self, user: Uuid, name: &str) -> Result<String, Error> {
        let path = format!("api/users/{user}/tokens");
        let created: TokenCreated = self.json(Method::POST, &path, Some(&NewToken { name })).await?;
        Ok(created.token)
    }

    /// A link that signs a browser in to an account, once.
    pub async fn create_user_login_link(&self, user: Uuid) -> Result<String, Error> {
        let path = format!("api/users/{user}/login-links");
        let link: LoginLink = self.json(Method::POST, &path, None::<&()>).await?;
        Ok(link.url)
    }

    /// Shuts or opens an account.
    pub async fn disable_user(&self, user: Uuid, disabled: bool) -> Result<(), Error> {
        let path = format!("api/users/{user}");
        self.json::<Account>(Method::PATCH, &path, Some(&Change { disabled })).await.map(drop)
    }
}
