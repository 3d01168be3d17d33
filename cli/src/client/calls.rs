//! Every call of the HTTP API that this program makes: method and path, as `schema/openapi.json` has them. A test holds all of
//! them, and every field that is sent or read, against that document. Makes no call.

use reqwest::Method;
use uuid::Uuid;

/// A call as the document has it.
#[derive(Debug)]
pub struct Call {
    /// GET, POST and so on.
    pub method: Method,
    /// With `{id}` where an id stands.
    pub path: &'static str,
}

/// A call about something in particular.
#[derive(Debug)]
pub struct Target {
    /// GET, POST and so on.
    pub method: Method,
    /// Path and query, without a slash before it.
    pub path: String,
}

impl Call {
    /// The call about everything.
    pub fn all(&self) -> Target {
        Target { method: self.method.clone(), path: self.path.trim_start_matches('/').to_owned() }
    }

    /// The call about one thing.
    pub fn of(&self, id: Uuid) -> Target {
        let Target { method, path } = self.all();
        Target { method, path: path.replace("{id}", &id.to_string()) }
    }
}

impl Target {
    /// With parameters behind the path.
    pub fn with(self, query: &str) -> Target {
        Target { path: format!("{}?{query}", self.path), ..self }
    }
}

macro_rules! calls {
    ($($name:ident: $method:ident $path:literal;)*) => {
        $(
            #[doc = concat!("`", stringify!($method), " ", $path, "`")]
            pub const $name: Call = Call { method: Method::$method, path: $path };
        )*
        /// All of them.
        #[cfg(test)]
        pub const ALL: &[&Call] = &[$(&$name),*];
    };
}

calls! {
    READY: GET "/readyz";
    LIST_VIDEOS: GET "/api/videos";
    CREATE_VIDEO: POST "/api/videos";
    COMPLETE_VIDEO: POST "/api/videos/{id}/complete";
    VIEW_VIDEO: GET "/api/videos/{id}";
    DELETE_VIDEO: DELETE "/api/videos/{id}";
    CREATE_EXPORT: POST "/api/videos/{id}/export";
    VIEW_EXPORT: GET "/api/exports/{id}";
    DELETE_EXPORT: DELETE "/api/exports/{id}";
    PROGRESS: GET "/api/exports/{id}/progress";
    DOWNLOAD: GET "/api/exports/{id}/download";
    REPORT: GET "/api/exports/{id}/report";
    CREATE_LOGIN_LINK: POST "/api/auth/login-links";
    LIST_USERS: GET "/api/users";
    CREATE_USER: POST "/api/users";
    CHANGE_USER: PATCH "/api/users/{id}";
    CREATE_USER_TOKEN: POST "/api/users/{id}/tokens";
    CREATE_USER_LOGIN_LINK: POST "/api/users/{id}/login-links";
    LIST_NODES: GET "/api/nodes";
    CREATE_JOIN_TOKEN: POST "/api/nodes/join-tokens";
    DRAIN_NODE: POST "/api/nodes/{id}/drain";
    RESUME_NODE: POST "/api/nodes/{id}/resume";
    QUARANTINE_NODE: POST "/api/nodes/{id}/quarantine";
    REMOVE_NODE: DELETE "/api/nodes/{id}";
    VIEW_QUEUE: GET "/api/queue";
    LIST_TASKS: GET "/api/queue/tasks";
    LIST_STUCK: GET "/api/queue/stuck";
    SET_PRIORITY: POST "/api/queue/exports/{id}/priority";
    PAUSE_EXPORT: POST "/api/queue/exports/{id}/pause";
    RESUME_EXPORT: POST "/api/queue/exports/{id}/resume";
    REQUEUE_EXPORT: POST "/api/queue/exports/{id}/requeue";
}

#[cfg(test)]
mod tests;
