//! The calls about accounts, tokens and login links. Decides nothing.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Client, Error, PAGE_MAX, calls};
use crate::args::Role;

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

/// A page of accounts.
#[derive(Serialize, Deserialize)]
pub struct Accounts {
    /// The page.
    pub users: Vec<Account>,
}

/// A token about to be made.
#[derive(Serialize)]
pub struct NewToken<'a> {
    /// What it is called.
    pub name: &'a str,
}

/// A new token.
#[derive(Serialize, Deserialize)]
pub struct TokenCreated {
    /// Shown this one time.
    pub token: String,
}

/// What becomes of an account.
#[derive(Serialize)]
pub struct Change {
    /// Whether nobody gets in by it.
    pub disabled: bool,
}

/// A link that signs a browser in once.
#[derive(Serialize, Deserialize)]
pub struct LoginLink {
    /// The link.
    pub url: String,
}

impl Client {
    /// A link that signs a browser in as whoever this client is, once.
    pub async fn create_login_link(&self) -> Result<String, Error> {
        let link: LoginLink = self.json(calls::CREATE_LOGIN_LINK.all(), None::<&()>).await?;
        Ok(link.url)
    }

    /// Makes an account.
    pub async fn create_user(&self, user: &NewUser<'_>) -> Result<Account, Error> {
        self.json(calls::CREATE_USER.all(), Some(user)).await
    }

    /// Every account, oldest first.
    pub async fn users(&self) -> Result<Vec<Account>, Error> {
        let mut all = Vec::new();
        for page in 1.. {
            let query = format!("sort=created_at&limit={PAGE_MAX}&page={page}");
            let accounts: Accounts = self.json(calls::LIST_USERS.all().with(&query), None::<&()>).await?;
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
        let created: TokenCreated = self.json(calls::CREATE_USER_TOKEN.of(user), Some(&NewToken { name })).await?;
        Ok(created.token)
    }

    /// A link that signs a browser in to an account, once.
    pub async fn create_user_login_link(&self, user: Uuid) -> Result<String, Error> {
        let link: LoginLink = self.json(calls::CREATE_USER_LOGIN_LINK.of(user), None::<&()>).await?;
        Ok(link.url)
    }

    /// Shuts or opens an account.
    pub async fn disable_user(&self, user: Uuid, disabled: bool) -> Result<(), Error> {
        self.json::<Account>(calls::CHANGE_USER.of(user), Some(&Change { disabled })).await.map(drop)
    }
}
