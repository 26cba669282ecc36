//! A short text that lives on the stack.

use std::fmt;
use std::ops::Deref;

/// The text of a code, at most 15 ASCII characters, without an allocation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
// Aligned, and with its length at its end: sixteen ASCII characters are seen to be text at once, fewer one by one.
#[repr(align(8))]
pub struct CodeText([u8; 16]);

/// Where the length stands. Before it zeros fill up, so that the derived order is the order of the texts.
const LEN: usize = CodeText::CAPACITY;

impl CodeText {
    /// Most characters that it can hold.
    pub const CAPACITY: usize = 15;

    /// Keeps the first 15 characters; everything that is not printable ASCII becomes `?`.
    pub fn new(text: &[u8]) -> CodeText {
        let mut out = CodeText([0; 16]);
        for &b in text.iter().take(CodeText::CAPACITY) {
            out.push(b);
        }
        out
    }

    /// What it is as text, as far as that fits.
    pub(crate) fn of(what: impl fmt::Display) -> CodeText {
        let mut out = CodeText::new(&[]);
        // What does not fit is left out, so that writing cannot fail.
        let _ = fmt::Write::write_fmt(&mut out, format_args!("{what}"));
        out
    }

    /// From a key made by [`pack`].
    pub(crate) fn unpack(key: u64) -> CodeText {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&key.to_be_bytes());
        bytes[LEN] = 8 - (key.trailing_zeros() / 8) as u8;
        CodeText(bytes)
    }

    fn push(&mut self, b: u8) {
        let at = usize::from(self.0[LEN]);
        if at < CodeText::CAPACITY {
            self.0[at] = if b.is_ascii_graphic() || b == b' ' { b } else { b'?' };
            self.0[LEN] += 1;
        }
    }

    /// The text with a dot after the third character, as ICD-10-CM codes are printed.
    pub(crate) fn dotted(&self) -> CodeText {
        let len = usize::from(self.0[LEN]);
        if len <= 3 || len == CodeText::CAPACITY {
            return *self;
        }
        let mut bytes = self.0;
        bytes.copy_within(3..14, 4);
        bytes[3] = b'.';
        bytes[LEN] += 1;
        CodeText(bytes)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let whole = std::str::from_utf8(&self.0).unwrap_or_default();
        whole.get(..usize::from(self.0[LEN])).unwrap_or_default()
    }
}

/// Is it a character that nobody sees: one that controls a terminal, the direction of writing, or where words break? It is no part of any code
/// or word, and is not shown as it came.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Is it white space of any kind, or unseen?
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_unseen(c)
}

/// Up to eight bytes as a number that orders as the text does.
#[inline]
pub(crate) fn pack(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let n = text.len().min(8);
    bytes[..n].copy_from_slice(&text[..n]);
    u64::from_be_bytes(bytes)
}

/// Texts one after the other.
pub(crate) fn joined(codes: &[CodeText], between: &str) -> String {
    codes.iter().map(CodeText::as_str).collect::<Vec<_>>().join(between)
}

impl fmt::Write for CodeText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|b| self.push(b));
        Ok(())
    }
}

impl Deref for CodeText {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for CodeText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<&str> for CodeText {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for CodeText {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl fmt::Display for CodeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for CodeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl serde::Serialize for CodeText {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
