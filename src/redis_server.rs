//! Where a Redis is, and who vouches that it is the one.

use std::fmt;

use redis::{Client, ConnectionInfo, IntoConnectionInfo as _, RedisResult, TlsCertificates};

/// A Redis that nobody has spoken to yet.
#[derive(Clone)]
pub struct RedisServer {
    url: String,
    authorities: Option<Vec<u8>>,
}

impl RedisServer {
    /// The one at an address: `redis://USER:PASSWORD@HOST/NUMBER`, or `rediss://` where it speaks TLS.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into(), authorities: None }
    }

    /// The same, with a certificate that one of these authorities signed, in PEM. Without them it is one
    /// of those that everybody trusts.
    #[must_use]
    pub fn signed_by(self, authorities: Vec<u8>) -> Self {
        Self { authorities: Some(authorities), ..self }
    }

    /// The address with its password.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Who has to have signed its certificate.
    pub(crate) fn authorities(&self) -> Option<&[u8]> {
        self.authorities.as_deref()
    }

    /// The same for those who connect.
    pub(crate) fn connection_info(&self) -> RedisResult<ConnectionInfo> {
        let info = self.url.as_str().into_connection_info()?;
        let Some(authorities) = &self.authorities else { return Ok(info) };
        let trusted = TlsCertificates { client_tls: None, root_cert: Some(authorities.clone()) };
        Ok(Client::build_with_tls(info, trusted)?.get_connection_info().clone())
    }
}

/// The password is nobody's business.
impl fmt::Debug for RedisServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisServer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_and_no_display_has_the_password() {
        for url in [
            "redis://app:s3cr3t@host:port/0",
            "redis://:s3cr3t@host/zero",
            "rediss://:s3cr3t@host/#secure",
            "http://:s3cr3t@host/",
            "redis://:s3cr3t",
        ] {
            let server = RedisServer::at(url);
            let error = server.connection_info().unwrap_err();
            assert!(!format!("{server:?} {error:?} {error}").contains("s3cr3t"), "{error:?}");
        }
        let server = RedisServer::at("rediss://app:s3cr3t@host/1").signed_by(b"no PEM".to_vec());
        assert!(!format!("{server:?} {:?}", server.connection_info()).contains("s3cr3t"));
    }
}
