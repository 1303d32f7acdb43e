//! What a transport error means for the operation.

use std::error::Error as _;

use super::guard::Refused;
use crate::platform::state::{Class, Failure};

/// Before a connection stands nothing was sent, so the call may be repeated; after that a write has an unknown end.
pub(super) fn error(error: &reqwest::Error, write: bool) -> Failure {
    if let Some(refused) = cause::<Refused>(error) {
        return (*refused).into();
    }
    if let Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) =
        cause::<rustls::Error>(error)
    {
        return Failure::new(
            Class::NeedsAction,
            "transport.certificate",
            "the platform's TLS certificate does not hold",
        );
    }
    if error.is_builder() {
        return Failure::permanent("transport.bad_request", "the request cannot be made");
    }
    if error.is_connect() {
        let code = if error.is_timeout() { "transport.connect_timeout" } else { "transport.connect" };
        return Failure::new(Class::Retryable, code, text(error));
    }
    let code = if error.is_timeout() { "transport.timeout" } else { "transport.cut" };
    Failure::unknown_end(write, code, text(error))
}

/// The innermost cause: the outer texts repeat the address, and addresses may carry signatures.
fn text(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the platform did not answer in time".to_owned();
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
    let mut last = None;
    while let Some(inner) = cause {
        last = Some(inner.to_string());
        cause = inner.source();
    }
    last.unwrap_or_else(|| "the connection failed".to_owned())
}

fn cause<T: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(found) = inner.downcast_ref::<T>() {
            return Some(found);
        }
        // An I/O error keeps its payload apart from its source.
        if let Some(found) = inner
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .and_then(|inner| inner.downcast_ref::<T>())
        {
            return Some(found);
        }
        cause = inner.source();
    }
    None
}
