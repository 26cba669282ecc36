//! What stops the *tool*: a file that cannot be opened, a damaged pack, a table in no known layout.
//!
//! What is wrong with a *claim* is a [`crate::Finding`], never an error.

use std::fmt;
use std::path::{Path, PathBuf};

/// A `Result` whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The tool could not do its work. Prints the file, the place in it, and what was expected and found.
pub struct Error(Box<ErrorKind>);

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A pack is damaged or foreign.
    #[error("{}: {reason}", .path.display())]
    Pack {
        /// The pack.
        path: PathBuf,
        /// What is wrong with it.
        reason: PackError,
    },
    /// A publisher's file could not be imported.
    #[error("{}{}: {reason}", .path.display(), Line(.line))]
    Import {
        /// The file; a file inside a zip is `archive.zip/file.txt`.
        path: PathBuf,
        /// Line or row, from 1, where there is one.
        line: Option<u64>,
        /// What is wrong.
        reason: ImportError,
    },
    /// A claims file could not be read at all.
    #[error("{}{}: {reason}", .path.display(), Line(.line))]
    Claims {
        /// The file, or `-` for standard input.
        path: PathBuf,
        /// Line in the file, from 1, where there is one.
        line: Option<u64>,
        /// What is wrong.
        reason: ClaimsError,
    },
    /// A report that was written earlier cannot be read back.
    #[error("{file}{}: {reason}", Place(.place))]
    Report {
        /// The report.
        file: String,
        /// Line and column, from 1, where there is one.
        place: Option<(usize, usize)>,
        /// What is wrong.
        reason: ReportError,
    },
    /// A rule panicked over a claim: a fault of the program.
    #[error(
        "internal error in rule {rule} at claim {claim}, row {row}; the claim was not checked to the end. Please report it"
    )]
    Internal {
        /// The claim's id.
        claim: String,
        /// The claim's row.
        row: u64,
        /// The rule.
        rule: &'static str,
    },
    /// A file of the user's own choices (settings, acceptances) has mistakes: all of them, a line each.
    #[error("{}", Listed(.path, .mistakes))]
    Mistakes {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, in the order of the file; at least one.
        mistakes: Vec<Mistake>,
    },
    /// A request that makes no sense, as an unknown rule.
    #[error("{0}")]
    Usage(String),
}

/// Something wrong in a file of the user's own choices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Line in the file, from 1.
    pub line: u64,
    /// Character in the line, from 1; 0 if the line as a whole is meant.
    pub column: u64,
    /// What is wrong and what would be right.
    pub what: String,
}

/// What is wrong with a pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// It does not begin as a pack does.
    #[error("not a cleanclaim pack: expected the file to begin with \"CCTABLE\\0\", got {got}")]
    NotAPack {
        /// The first bytes.
        got: String,
    },
    /// Written by another version of the format.
    #[error("pack format {got}, expected {expected}; build it anew with `cleanclaim tables add`")]
    Version {
        /// The version that this build reads.
        expected: u32,
        /// The version in the file.
        got: u32,
    },
    /// Another kind of table than wanted.
    #[error("pack of kind {got}, expected {expected}")]
    Kind {
        /// The kind wanted.
        expected: String,
        /// The kind found.
        got: String,
    },
    /// Shorter or longer than its header says.
    #[error("pack of {got} bytes, expected {expected}")]
    Length {
        /// Bytes according to the header.
        expected: u64,
        /// Bytes there are.
        got: u64,
    },
    /// The content is not what was written.
    #[error("checksum {got:08x}, expected {expected:08x}: the pack is damaged")]
    Checksum {
        /// The sum in the header.
        expected: u32,
        /// The sum of the content.
        got: u32,
    },
    /// A part is missing or has an impossible size.
    #[error("section {section}: {what}")]
    Section {
        /// Name of the part.
        section: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// Made from the user's sources and another release's embedded table.
    #[error(
        "made with the embedded table {expected:08x}, but this cleanclaim's is {got:08x}; build it anew with `cleanclaim tables rebuild`"
    )]
    Base {
        /// The embedded table with which it was made.
        expected: u32,
        /// The embedded table that is there.
        got: u32,
    },
    /// Built against another edition of the code index than the one beside it.
    #[error(
        "built against code index {expected:08x}, but the index here is {got:08x}; run `cleanclaim tables add` or `tables remove` to rebuild"
    )]
    RankSpace {
        /// The index that the pack names.
        expected: u32,
        /// The index that is there.
        got: u32,
    },
}

/// What is wrong with a publisher's file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// No importer knows this layout.
    #[error("not a table that cleanclaim knows: {found}. Known: {known}")]
    Unknown {
        /// What the file looks like.
        found: String,
        /// The layouts that are known.
        known: String,
    },
    /// A row that does not fit the layout.
    #[error("{layout}: expected {expected}, got {got}")]
    Row {
        /// The layout that the file was recognised as.
        layout: &'static str,
        /// What should stand there.
        expected: String,
        /// What stands there.
        got: String,
    },
    /// The file holds no rows.
    #[error("{layout}: no rows")]
    NoRows {
        /// The layout that the file was recognised as.
        layout: &'static str,
    },
    /// Neither the file nor its name says from when it is in force.
    #[error(
        "{layout}: neither the file nor its name says from when it is in force; say it with --effective YYYY-MM-DD"
    )]
    NoDate {
        /// The layout that the file was recognised as.
        layout: &'static str,
    },
    /// Neither the file nor its name says whose claims it judges.
    #[error(
        "{layout}: practitioner and outpatient hospital tables look the same, and the name says neither (ccipra, ccioph); say it with --setting practitioner or --setting hospital"
    )]
    NoSetting {
        /// The layout that the file was recognised as.
        layout: &'static str,
    },
    /// An archive, a workbook or an XML file that cannot be opened.
    #[error("{0}")]
    Container(String),
    /// The sha256 is not the one written in `sources.toml`.
    #[error("sha256 is {got}, expected {expected}")]
    Digest {
        /// As written down.
        expected: String,
        /// As found.
        got: String,
    },
}

/// What is wrong with a claims file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// There is nothing in it.
    #[error("the file is empty: expected a header row and claim lines")]
    Empty,
    /// The first row does not name columns.
    #[error("no header row: expected column names such as claim_id, dos_from, procedure, dx1{hint}")]
    NoHeader {
        /// What the first row looks like.
        hint: String,
    },
    /// A column that is needed is not there.
    #[error("no column {column}{hint}; name it with --map, or rename it (also accepted: {aliases})")]
    MissingColumn {
        /// The canonical name.
        column: &'static str,
        /// Other names for it.
        aliases: String,
        /// A column with a similar name.
        hint: String,
    },
    /// Two columns mean the same.
    #[error("columns {first} and {second} both mean {column}; leave one out or choose with --map")]
    DuplicateColumn {
        /// The canonical name.
        column: String,
        /// Header of the first, with its number.
        first: String,
        /// Header of the second, with its number.
        second: String,
    },
    /// Not text.
    #[error("not a text file: {found}")]
    NotText {
        /// What it looks like.
        found: String,
    },
    /// A compressed file that cannot be unpacked to its end.
    #[error("cannot unpack: {0}")]
    Compressed(String),
    /// A row too long to be a claim line.
    #[error("a row longer than {most} bytes: perhaps a quotation mark is never closed")]
    RowTooLong {
        /// Most bytes of a row.
        most: usize,
    },
    /// A column map that cannot be read.
    #[error("column map: {0}")]
    Map(String),
}

/// What is wrong with a report that was written earlier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// There is nothing in it.
    #[error("the file is empty: expected a report of `cleanclaim check --format json`")]
    Empty,
    /// Another format, as ndjson or text.
    #[error("not a json report: write it with `cleanclaim check --format json`")]
    OtherFormat,
    /// Not JSON, of another version, or without something that a report has.
    #[error("{what}; expected a report of `cleanclaim check --format json`")]
    Broken {
        /// What stands there.
        what: String,
    },
}

impl Mistake {
    /// At a byte of a text.
    pub(crate) fn at(text: &str, byte: usize, what: impl Into<String>) -> Mistake {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.bytes().filter(|&b| b == b'\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
        Mistake { line, column, what: what.into() }
    }
}

struct Place<'a>(&'a Option<(usize, usize)>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, ":{line}:{column}"),
            None => Ok(()),
        }
    }
}

struct Listed<'a>(&'a Path, &'a [Mistake]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, Mistake { line, column, what }) in self.1.iter().enumerate() {
            let new_line = if n > 0 { "\n" } else { "" };
            write!(f, "{new_line}{}:{line}", self.0.display())?;
            if *column > 0 {
                write!(f, ":{column}")?;
            }
            write!(f, ": {what}")?;
        }
        Ok(())
    }
}

struct Line<'a>(&'a Option<u64>);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(line) => write!(f, ":{line}"),
            None => Ok(()),
        }
    }
}

impl Error {
    /// What went wrong, to match on.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// A file-system error with its path.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Error {
        ErrorKind::Io { path: path.as_ref().to_owned(), source }.into()
    }

    pub(crate) fn pack(path: impl AsRef<Path>, reason: PackError) -> Error {
        ErrorKind::Pack { path: path.as_ref().to_owned(), reason }.into()
    }

    /// What is wrong with a file of the user's own choices, in the order of the file.
    pub(crate) fn mistakes(path: impl AsRef<Path>, mut mistakes: Vec<Mistake>) -> Error {
        mistakes.sort();
        ErrorKind::Mistakes { path: path.as_ref().to_owned(), mistakes }.into()
    }

    pub(crate) fn claims(path: impl AsRef<Path>, line: Option<u64>, reason: ClaimsError) -> Error {
        ErrorKind::Claims { path: path.as_ref().to_owned(), line, reason }.into()
    }

    pub(crate) fn report(file: &str, place: Option<(usize, usize)>, reason: ReportError) -> Error {
        ErrorKind::Report { file: file.to_owned(), place, reason }.into()
    }

    #[cfg(feature = "import")]
    pub(crate) fn import(path: impl AsRef<Path>, line: Option<u64>, reason: ImportError) -> Error {
        ErrorKind::Import { path: path.as_ref().to_owned(), line, reason }.into()
    }

    /// Is it that the reader of our output has gone?
    pub fn is_broken_pipe(&self) -> bool {
        matches!(&*self.0, ErrorKind::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error(Box::new(kind))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            ErrorKind::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn mistakes_stand_a_line_each_in_the_order_of_the_file() {
        let at = |line, column| Mistake { line, column, what: "wrong".to_owned() };
        let e = Error::mistakes("c.toml", vec![at(7, 1), at(2, 0)]);
        assert_eq!(e.to_string(), "c.toml:2: wrong\nc.toml:7:1: wrong");
    }

    #[test]
    fn it_says_the_file_the_line_expected_and_got() {
        let e = Error::pack("a.tbl", PackError::Version { expected: 1, got: 9 });
        assert!(e.to_string().starts_with("a.tbl: pack format 9, expected 1"));
        let e = Error::claims("c.csv", Some(3), ClaimsError::RowTooLong { most: 5 });
        assert!(e.to_string().starts_with("c.csv:3: a row longer than 5 bytes"));
    }
}
