//! Builds the one S3 client: ring TLS, time-outs, attempts. Sends nothing itself.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_http_client::tls;
use service::Secret;
use url::Url;

use crate::config::{S3Storage, read_secret};
use crate::storage::StorageError;

/// One try and three more (reliability.md, G16).
const ATTEMPTS_MAX: u32 = 4;
/// Until the connection stands.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Until the answer begins. It counts from the request's first byte, so it covers a part of 8 MiB at 1.1 Mb/s.
const READ_MAX: Duration = Duration::from_mins(1);
/// One attempt in all.
const ATTEMPT_MAX: Duration = Duration::from_secs(90);
/// All attempts and the waits between them.
const OPERATION_MAX: Duration = Duration::from_mins(5);
/// Completing an upload copies the parts together on some servers: 5 GB at 20 MB/s.
const COMPLETE_MAX: Duration = Duration::from_mins(5);
/// Servers drop connections that idle for minutes without a word (aws-sdk-rust#1417): drop them first.
const POOL_IDLE_MAX: Duration = Duration::from_secs(20);

/// Where a server is and who we are to it.
#[derive(Clone, Debug)]
pub(super) struct Access {
    /// `None` for Amazon's own.
    pub(super) endpoint: Option<Url>,
    pub(super) region: String,
    pub(super) id: Secret<String>,
    pub(super) secret: Secret<String>,
    pub(super) path_style: bool,
}

impl Access {
    /// As configured; reads the key files.
    pub(super) fn from_config(config: &S3Storage) -> Result<Access, StorageError> {
        Ok(Access {
            endpoint: config.endpoint.clone(),
            region: config.region.clone(),
            id: read_secret(&config.access_key_file)?,
            secret: read_secret(&config.secret_key_file)?,
            path_style: config.path_style,
        })
    }

    /// The same rights at another address.
    pub(super) fn at(&self, endpoint: Option<&Url>) -> Access {
        Access { endpoint: endpoint.cloned(), ..self.clone() }
    }
}

/// A client of the server behind `access`.
pub(super) fn connect(access: &Access) -> Client {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .pool_idle_timeout(POOL_IDLE_MAX)
        .build_https();
    let keys = Credentials::new(access.id.expose(), access.secret.expose(), None, None, "configuration");
    let mut config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(access.region.clone()))
        .credentials_provider(keys)
        .force_path_style(access.path_style)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX))
        .timeout_config(timeouts(READ_MAX, ATTEMPT_MAX))
        // Servers that are not Amazon's refuse the newer trailing checksums.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    if let Some(endpoint) = &access.endpoint {
        config = config.endpoint_url(endpoint.as_str().trim_end_matches('/'));
    }
    Client::from_conf(config.build())
}

/// For the one request that may think for minutes before it answers.
pub(super) fn patient() -> Builder {
    aws_sdk_s3::Config::builder().timeout_config(timeouts(COMPLETE_MAX, COMPLETE_MAX))
}

fn timeouts(read: Duration, attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_MAX)
        .read_timeout(read)
        .operation_attempt_timeout(attempt)
        .operation_timeout(OPERATION_MAX)
        .build()
}
