//! Secrets at rest: sealed with XChaCha20-Poly1305 under a master key. A sealed text names its key, so that keys can
//! be rotated, and is bound to the record it belongs to.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

use crate::config::{Config, Secret};
use crate::db::types::hex;
use crate::error::{Error, Result};

#[derive(Clone)]
struct Key {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// Seals and opens secrets.
#[derive(Clone)]
pub struct Vault {
    keys: Vec<Key>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({} keys)", self.keys.len())
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0u8; 32];
    if text.len() != 64 {
        return None;
    }
    for (i, slot) in out.iter_mut().enumerate() {
        *slot = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

fn key(secret: &Secret) -> Option<Key> {
    let bytes = unhex(&secret.0)?;
    let id = hex(&Sha256::digest(bytes)).get(..8)?.to_owned();
    Some(Key { id, cipher: XChaCha20Poly1305::new(&bytes.into()) })
}

impl Vault {
    /// The vault of the settings: the master key from its variable, else from `master.key` in the data folder, which
    /// is made on the first run.
    ///
    /// # Errors
    /// A file that cannot be read, made or understood; the text says which.
    pub fn open(config: &Config) -> std::result::Result<Self, String> {
        let master = match &config.master_key {
            Some(secret) => secret.clone(),
            None => file_key(&config.data_dir)?,
        };
        let mut keys = Vec::new();
        for secret in std::iter::once(&master).chain(&config.master_keys_old) {
            keys.push(key(secret).ok_or("a master key is not 64 hexadecimal digits")?);
        }
        Ok(Self { keys })
    }

    /// Seals a secret for one record: `purpose` and `record` must be the same when it is opened.
    ///
    /// # Errors
    /// A fault of the cipher.
    pub fn seal(&self, purpose: &str, record: &str, secret: &[u8]) -> Result<String> {
        let key = self.keys.first().ok_or_else(|| Error::internal("no master key"))?;
        let mut nonce = [0u8; 24];
        rand::rng().fill_bytes(&mut nonce);
        let aad = format!("{purpose}/{record}");
        let sealed = key
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: aad.as_bytes() })
            .map_err(|_| Error::internal("sealing failed"))?;
        let body = [nonce.as_slice(), &sealed].concat();
        Ok(format!("v1.{}.{}", key.id, URL_SAFE_NO_PAD.encode(body)))
    }

    /// Opens what [`Vault::seal`] sealed.
    ///
    /// # Errors
    /// A key that is not there any more, another record's secret, or a changed text.
    pub fn open_sealed(&self, purpose: &str, record: &str, sealed: &str) -> Result<Vec<u8>> {
        let wrong = || Error::internal("a sealed secret cannot be opened with the master keys given");
        let (id, body) = sealed.strip_prefix("v1.").and_then(|s| s.split_once('.')).ok_or_else(wrong)?;
        let key = self.keys.iter().find(|k| k.id == id).ok_or_else(wrong)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| wrong())?;
        let (nonce, text) = bytes.split_first_chunk::<24>().ok_or_else(wrong)?;
        let aad = format!("{purpose}/{record}");
        key.cipher
            .decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: aad.as_bytes() })
            .map_err(|_| wrong())
    }
}

fn file_key(folder: &Path) -> std::result::Result<Secret, String> {
    use std::io::Write as _;
    let path = folder.join("master.key");
    let told = |e: std::io::Error| format!("{}: {e}", path.display());
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Secret(text.trim().to_owned())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0u8; 32];
            rand::rng().fill_bytes(&mut bytes);
            let text = hex(&bytes);
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(&path) {
                Ok(mut file) => {
                    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(told)?;
                    Ok(Secret(text))
                }
                // Another process of the same installation made it just now.
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                    std::fs::read_to_string(&path).map(|t| Secret(t.trim().to_owned())).map_err(told)
                }
                Err(e) => Err(told(e)),
            }
        }
        Err(e) => Err(told(e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(keys: &[&str]) -> Vault {
        Vault { keys: keys.iter().map(|k| key(&Secret(k.repeat(64))).unwrap()).collect() }
    }

    #[test]
    fn opens_what_it_sealed_for_the_same_record_alone() {
        let sealed = vault(&["a"]).seal("shop", "shp_1", b"secret").unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(vault(&["a"]).open_sealed("shop", "shp_1", &sealed).unwrap(), b"secret");
        assert!(vault(&["a"]).open_sealed("shop", "shp_2", &sealed).is_err());
        assert!(vault(&["b"]).open_sealed("shop", "shp_1", &sealed).is_err());
        assert_eq!(
            vault(&["b", "a"]).open_sealed("shop", "shp_1", &sealed).unwrap(),
            b"secret",
            "after rotation"
        );
        let mut broken = sealed.clone();
        broken.pop();
        assert!(vault(&["a"]).open_sealed("shop", "shp_1", &broken).is_err());
    }
}
