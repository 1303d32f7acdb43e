//! What is printed: documents for a word processor, pages to hang on a wall, QR codes.
//!
//! Like [`object`](crate::object) this is no noun: it knows letters, tables and pages, and no dossier or certificate;
//! no database and no HTTP. A noun that prints has a `print.rs`: records in, a document out.
//!
//! | for | use |
//! |---|---|
//! | a paper that an office signs, numbers and files | [`docx`], laid out by Decree 30/2020/NĐ-CP |
//! | one page that nobody edits | [`pdf`], with an embedded font |
//! | an address for a telephone's camera | [`qr`] |
//! | a table for a spreadsheet | [`xlsx`] |
//! | many files in one, made while it is sent | [`archive`] |
//! | dates and points as Vietnamese papers write them | [`words`] |

pub mod archive;
pub mod docx;
pub mod font;
pub mod pdf;
pub mod qr;
pub mod words;
pub mod xlsx;

/// A file that was made for one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Media type.
    pub content_type: &'static str,
    /// Name to save it under, with its ending; any letters.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}
