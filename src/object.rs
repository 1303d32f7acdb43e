//! The one door to uploaded files: a folder by default, a bucket of an S3 service by the settings.
//!
//! A file is complete or absent, never half there; in the folder it is on the disk (`fsync` of the file and of its
//! folder) before its upload is acknowledged, like the row that names it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt as _};

use crate::config;
use crate::error::{Code, Error, Result};

/// Region when none is set: S3 servers other than Amazon's ignore it.
const REGION: &str = "us-east-1";

/// Where files are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
}

/// A file on its way out.
pub struct Object {
    /// Its size in bytes.
    pub size: u64,
    /// Its bytes, piece by piece.
    pub stream: BoxStream<'static, std::result::Result<Bytes, object_store::Error>>,
}

impl Objects {
    /// Opens the store of the settings; makes the folder on the first run.
    ///
    /// # Errors
    /// A text for the person who starts the service.
    pub fn open(settings: &config::Objects) -> std::result::Result<Self, String> {
        match settings {
            config::Objects::Folder(folder) => {
                let wrong = |e: &dyn std::fmt::Display| format!("the folder {}: {e}", folder.display());
                std::fs::create_dir_all(folder).map_err(|e| wrong(&e))?;
                let store = LocalFileSystem::new_with_prefix(folder).map_err(|e| wrong(&e))?;
                Ok(Self { store: Arc::new(store.with_fsync(true)), prefix: Path::default() })
            }
            config::Objects::S3 { bucket, prefix, endpoint, region, access_key_id, secret_access_key } => {
                // TLS needs one provider in the process; a second call changes nothing.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let plain = endpoint.as_deref().is_some_and(|e| e.starts_with("http://"));
                let options = ClientOptions::new()
                    .with_allow_http(plain)
                    .with_connect_timeout(Duration::from_secs(5))
                    .with_timeout(Duration::from_secs(60));
                let mut builder = AmazonS3Builder::new()
                    .with_bucket_name(bucket)
                    .with_region(region.as_deref().unwrap_or(REGION))
                    // One delete a request: not every S3 server knows the one for many.
                    .with_disable_bulk_delete(true)
                    .with_client_options(options);
                if let Some(endpoint) = endpoint {
                    builder = builder.with_endpoint(endpoint);
                }
                if let (Some(id), Some(secret)) = (access_key_id, secret_access_key) {
                    builder = builder.with_access_key_id(id).with_secret_access_key(&secret.0);
                }
                let store = builder.build().map_err(|e| format!("the bucket {bucket}: {e}"))?;
                Ok(Self { store: Arc::new(store), prefix: Path::from(prefix.as_str()) })
            }
        }
    }

    fn path(&self, key: &str) -> Path {
        self.prefix.parts().chain(Path::from(key).parts()).collect()
    }

    /// Keeps a file; when this returns, it survives a power cut.
    ///
    /// # Errors
    /// `service.storage_full`, `service.unavailable`.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        self.store.put(&self.path(key), bytes.into()).await.map(|_| ()).map_err(unavailable)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// `request.not_found`, `service.unavailable`.
    pub async fn get(&self, key: &str) -> Result<Object> {
        match self.store.get(&self.path(key)).await {
            Ok(found) => Ok(Object { size: found.meta.size, stream: found.into_stream().boxed() }),
            Err(e @ object_store::Error::NotFound { .. }) => Err(Error::new(Code::NotFound).because(e)),
            Err(e) => Err(unavailable(e)),
        }
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// As [`Objects::get`].
    pub async fn read(&self, key: &str) -> Result<Vec<u8>> {
        let pieces: Vec<Bytes> = self.get(key).await?.stream.try_collect().await.map_err(unavailable)?;
        Ok(pieces.concat())
    }

    /// Deletes a file that no row names. A failure is only logged: such a file harms nobody.
    pub async fn discard(&self, key: &str) {
        match self.store.delete(&self.path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(%error, key, "a file without a row could not be deleted"),
        }
    }
}

fn unavailable(error: object_store::Error) -> Error {
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(at) = cause {
        let io = at.downcast_ref::<std::io::Error>();
        if io.is_some_and(|e| e.kind() == std::io::ErrorKind::StorageFull) {
            return Error::new(Code::StorageFull).because(error);
        }
        cause = at.source();
    }
    Error::told(
        Code::Unavailable,
        "Kho tệp tạm thời không trả lời; chưa có gì được ghi.",
        "The file store does not answer at the moment; nothing was written.",
    )
    .retry_after(5)
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(objects: &Objects, key: &str) -> Result<Vec<u8>> {
        let object = objects.get(key).await?;
        let pieces: Vec<Bytes> = object.stream.try_collect().await.unwrap();
        let bytes = pieces.concat();
        assert_eq!(u64::try_from(bytes.len()).unwrap(), object.size);
        Ok(bytes)
    }

    #[tokio::test]
    async fn a_folder_is_made_and_keeps_files() {
        let folder = tempfile::tempdir().unwrap();
        let settings = config::Objects::Folder(folder.path().join("a/b"));
        let objects = Objects::open(&settings).unwrap();
        objects.put("products/x/1.jpg", Bytes::from_static(b"one")).await.unwrap();
        assert_eq!(read(&objects, "products/x/1.jpg").await.unwrap(), b"one");
        assert!(folder.path().join("a/b/products/x/1.jpg").is_file());
        objects.discard("products/x/1.jpg").await;
        objects.discard("products/x/1.jpg").await;
        assert_eq!(read(&objects, "products/x/1.jpg").await.unwrap_err().code(), Code::NotFound);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "x").unwrap();
        let told = Objects::open(&config::Objects::Folder(folder.path().join("a/b"))).unwrap_err();
        assert!(told.contains("a/b"), "{told}");
    }
}
