//! Who has an account, and what for. Knows no tokens and no sessions.

use farm_core::ids::UserId;
use service::Timestamp;
use uuid::Uuid;

use super::page::Page;
use super::{Store, StoreError, Tx};
use crate::{paged, read, within};

pub use farm_core::role::Role;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which.
    pub id: UserId,
    /// Its name; no two are equal.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether nobody gets in by it for now.
    pub disabled: bool,
    /// Whether it has a password.
    pub has_password: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a password is held against.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Whose.
    pub user: UserId,
    /// The hash as a PHC string, if there is a password.
    pub password_hash: Option<String>,
}

/// What of an account changes; `None` leaves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountChange<'a> {
    /// What it may do.
    pub role: Option<Role>,
    /// Whether nobody gets in by it.
    pub disabled: Option<bool>,
    /// The hash of its password, as a PHC string.
    pub password_hash: Option<&'a str>,
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: Uuid,
    name: String,
    role: String,
    disabled: bool,
    has_password: bool,
    created_at: i64,
}

macro_rules! account_columns {
    () => {
        "id, name, role, disabled, password_hash is not null as has_password, created_at"
    };
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;

    fn try_from(row: AccountRow) -> Result<Account, StoreError> {
        Ok(Account {
            id: UserId(row.id),
            role: role(&row.role, row.id)?,
            name: row.name,
            disabled: row.disabled,
            has_password: row.has_password,
            created_at: Timestamp(row.created_at),
        })
    }
}

/// A role as it lies in the row of `user`.
pub(super) fn role(text: &str, user: Uuid) -> Result<Role, StoreError> {
    let inconsistent = || StoreError::Inconsistent { table: "users", column: "role", row: user.to_string() };
    Role::parse(text).ok_or_else(inconsistent)
}

impl Store {
    /// The account with that id.
    pub async fn account(&self, id: UserId) -> Result<Option<Account>, StoreError> {
        const SQL: &str = concat!("-- users.one\nselect ", account_columns!(), " from users where id = $1");
        let row: Option<AccountRow> = read!(self, |db| sqlx::query_as(SQL).bind(id.0).fetch_optional(db).await)
            .map_err(StoreError::during("read an account"))?;
        row.map(Account::try_from).transpose()
    }

    /// A page of all accounts, and how many there are.
    pub async fn accounts(&self, role: Option<Role>, page: Page) -> Result<(Vec<Account>, u64), StoreError> {
        let (rows, total) = paged!(
            self, page, "users", AccountRow,
            select [account_columns!()], from ["users where (cast($1 as text) is null or role = $1)"],
            order ["created_at", "id"], limit "limit $2 offset $3",
            bind [role.map(Role::as_str)], doing "list the accounts"
        );
        Ok((rows.into_iter().map(Account::try_from).collect::<Result<_, _>>()?, total))
    }

    /// What the password of the account called `name` is held against; `None` when nobody gets in by that name.
    pub async fn credentials(&self, name: &str) -> Result<Option<Credentials>, StoreError> {
        const SQL: &str = "-- users.credentials
            select id, password_hash from users where name = $1 and not disabled";
        let row: Option<(Uuid, Option<String>)> =
            read!(self, |db| sqlx::query_as(SQL).bind(name).fetch_optional(db).await)
                .map_err(StoreError::during("read a user's credentials"))?;
        Ok(row.map(|(id, password_hash)| Credentials { user: UserId(id), password_hash }))
    }
}

impl Tx {
    /// The user of that name, made with `role` if there is none.
    pub async fn ensure_user(&mut self, name: &str, role: Role, now: Timestamp) -> Result<UserId, StoreError> {
        // The update changes nothing; it makes `returning` give the row that was there.
        const SQL: &str = "-- users.ensure
            insert into users (id, name, role, created_at) values ($1, $2, $3, $4)
            on conflict (name) do update set name = excluded.name
            returning id";
        let id: Uuid = within!(self, |db| sqlx::query_scalar(SQL)
            .bind(Uuid::now_v7())
            .bind(name)
            .bind(role.as_str())
            .bind(now.0)
            .fetch_one(db)
            .await)
        .map_err(StoreError::during("make a user"))?;
        Ok(UserId(id))
    }

    /// Makes an account. False when the name is taken.
    pub async fn insert_user(
        &mut self,
        id: UserId,
        name: &str,
        role: Role,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "-- users.insert
            insert into users (id, name, role, created_at) values ($1, $2, $3, $4) on conflict do nothing";
        let made = within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(name)
            .bind(role.as_str())
            .bind(now.0)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("make an account"))?;
        Ok(made == 1)
    }

    /// Changes an account. False when there is none.
    pub async fn change_user(&mut self, id: UserId, change: AccountChange<'_>) -> Result<bool, StoreError> {
        const SQL: &str = "-- users.change
            update users
            set role = coalesce($2, role), disabled = coalesce($3, disabled), password_hash = coalesce($4, password_hash)
            where id = $1";
        let changed = within!(self, |db| sqlx::query(SQL)
            .bind(id.0)
            .bind(change.role.map(Role::as_str))
            .bind(change.disabled)
            .bind(change.password_hash)
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
        .map_err(StoreError::during("change an account"))?;
        Ok(changed == 1)
    }
}
