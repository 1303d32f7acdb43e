//! Many files in one ZIP that is made while it is sent: no more of it is held than the file that goes in.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, Result};

/// Media type of an archive.
pub const ESSENCE: &str = "application/zip";

/// What is written and not taken yet.
#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive under way.
pub struct Archive {
    zip: ZipWriter<StreamWriter<Out>>,
    out: Out,
}

impl Default for Archive {
    fn default() -> Self {
        let out = Out::default();
        Self { zip: ZipWriter::new_stream(out.clone()), out }
    }
}

impl Archive {
    /// Puts a file in and gives the bytes that are to be sent for it. Pictures and documents are compressed already,
    /// so nothing is tried on them.
    ///
    /// # Errors
    /// A name that stands twice.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<Bytes> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::DEFAULT);
        self.zip.start_file(name, options).map_err(Error::internal)?;
        self.zip.write_all(bytes).map_err(Error::internal)?;
        Ok(self.take())
    }

    /// Ends the archive and gives its last bytes.
    ///
    /// # Errors
    /// More files than an archive takes.
    pub fn finish(self) -> Result<Bytes> {
        let Self { zip, out } = self;
        zip.finish().map_err(Error::internal)?;
        let last = std::mem::take(&mut *out.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Bytes::from(last))
    }

    fn take(&self) -> Bytes {
        Bytes::from(std::mem::take(&mut *self.out.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}
