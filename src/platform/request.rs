//! Writing a request: what every adapter needs of [`HttpSpec`].

use std::time::Duration;

use serde::Serialize;

use super::state::{Failure, HttpSpec, Method, Op, Rate, Secret, Upload};

impl HttpSpec {
    /// A request of this operation, without headers or a body: 60 seconds for a write, 30 for a read.
    pub fn new(op: &Op, method: Method, url: impl Into<String>) -> Self {
        let write = op.is_write();
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            upload: None,
            secrets: Vec::new(),
            timeout: Duration::from_secs(if write { 60 } else { 30 }),
            write,
            rate: Rate { bucket: "data", per_second: None, per_host: false },
        }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a JSON body.
    ///
    /// # Errors
    /// `content.encode` for a value that is no JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Result<Self, Failure> {
        self.body = serde_json::to_vec(body)
            .map_err(|_| Failure::permanent("content.encode", "the request cannot be written as JSON"))?;
        Ok(self.header("content-type", "application/json"))
    }

    /// With a form's body.
    #[must_use]
    pub fn form<'a>(mut self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into();
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// With an image in place of a body. That it arrived twice does no harm: its end need not be known.
    #[must_use]
    pub fn upload(mut self, upload: Upload) -> Self {
        self.upload = Some(upload);
        self.reads()
    }

    /// As a request that changes nothing there, though its operation does: a look before a write.
    #[must_use]
    pub fn reads(mut self) -> Self {
        self.write = false;
        self
    }

    /// With secrets to be masked wherever they turn up.
    #[must_use]
    pub fn hides<'a>(mut self, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        self.secrets.extend(secrets.into_iter().cloned());
        self
    }
}
