//! What a file comes in: gzip, zstd, zip in zip, and its sha256.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use structured_zstd::decoding::{ContentChecksum, FrameDecoder, StreamingDecoder};
use zip::ZipArchive;

use crate::error::ImportError;
use crate::{Error, Result};

/// More than any published table has; what unpacks to more is a mistake or a trap.
const MOST: u64 = 1 << 31;
/// Archives in archives, at most.
const DEEPEST: usize = 4;

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// A file as it was given, or as it lay in an archive.
#[derive(Debug)]
pub(crate) struct Member {
    /// For people: `archive.zip/file.txt`.
    pub(crate) path: PathBuf,
    /// Names from the innermost outwards, without the folders in which the outermost lies: they may tell a date.
    pub(crate) names: Vec<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Member {
    /// Name in a pack's description.
    pub(crate) fn name(&self) -> String {
        self.names.iter().rev().map(String::as_str).collect::<Vec<_>>().join("/")
    }

    /// Did it lie in an archive?
    pub(crate) fn is_inside(&self) -> bool {
        self.names.len() > 1
    }
}

/// Calls `each` with the file, or with every file in the archive that it is.
pub(crate) fn open(path: &Path, bytes: Vec<u8>, each: &mut dyn FnMut(Member) -> Result<()>) -> Result<()> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    walk(Member { path: path.to_owned(), names: vec![name], bytes }, each)
}

fn walk(mut member: Member, each: &mut dyn FnMut(Member) -> Result<()>) -> Result<()> {
    let path = member.path;
    let failed =
        |e: String| Error::import(&path, None, ImportError::Container(format!("cannot unpack: {e}")));
    member.bytes = decompress(&path, member.bytes)?;
    // The second is an archive of nothing.
    if !member.bytes.starts_with(b"PK\x03\x04") && !member.bytes.starts_with(b"PK\x05\x06") {
        member.path = path;
        return each(member);
    }
    let mut zip = ZipArchive::new(Cursor::new(member.bytes.as_slice())).map_err(|e| failed(e.to_string()))?;
    // Office's documents are zips, too; what is in them is not for us to list.
    if zip.file_names().any(|n| n.is_ok_and(|n| n == "[Content_Types].xml")) {
        drop(zip);
        member.path = path;
        return each(member);
    }
    if member.names.len() > DEEPEST {
        return Err(failed(format!("archives lie more than {DEEPEST} deep in one another")));
    }
    for i in 0..zip.len() {
        let mut file = zip.by_index(i).map_err(|e| failed(e.to_string()))?;
        let name = file.name().map_err(|e| failed(e.to_string()))?.replace('\\', "/");
        if file.is_dir() || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") {
            continue;
        }
        let inner = path.join(name.trim_start_matches('/'));
        let bytes = read_all(&mut file).map_err(|e| {
            Error::import(&inner, None, ImportError::Container(format!("cannot unpack: {e}")))
        })?;
        drop(file);
        let names = std::iter::once(name).chain(member.names.iter().cloned()).collect();
        walk(Member { path: inner, names, bytes }, each)?;
    }
    Ok(())
}

/// The content of a file that may be packed by gzip or zstd.
pub(crate) fn decompress(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let failed = |e: String| Error::import(path, None, ImportError::Container(format!("cannot unpack: {e}")));
    match bytes.as_slice() {
        [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            let mut frames = FrameDecoder::new();
            frames.set_content_checksum(ContentChecksum::Verify);
            let unpacked = StreamingDecoder::new_with_decoder(bytes.as_slice(), frames);
            read_all(unpacked).map_err(|e| failed(e.to_string()))
        }
        [0x1F, 0x8B, ..] => {
            read_all(flate2::read::MultiGzDecoder::new(bytes.as_slice())).map_err(|e| failed(e.to_string()))
        }
        _ => Ok(bytes),
    }
}

fn read_all(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    read_into(reader, &mut out)?;
    Ok(out)
}

fn read_into(reader: impl Read, out: &mut Vec<u8>) -> std::io::Result<()> {
    reader.take(MOST + 1).read_to_end(out)?;
    if out.len() as u64 > MOST {
        return Err(std::io::Error::other(format!("more than {MOST} bytes")));
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    pub(crate) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn all(path: &str, bytes: Vec<u8>) -> Result<Vec<(String, String, Vec<u8>)>> {
        let mut out = Vec::new();
        open(Path::new(path), bytes, &mut |m| {
            out.push((m.path.display().to_string(), m.name(), m.bytes));
            Ok(())
        })?;
        Ok(out)
    }

    #[test]
    fn archives_in_archives_are_opened_and_named() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(b"two").unwrap();
        let inner = zipped(&[("b.txt.gz", &gz.finish().unwrap()), ("__MACOSX/._b", b"x")]);
        let outer = zipped(&[("a.txt", b"one"), ("dir/inner.zip", &inner)]);
        let found = all("/data/outer.zip", outer).unwrap();
        let names: Vec<&str> = found.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(names, ["/data/outer.zip/a.txt", "/data/outer.zip/dir/inner.zip/b.txt.gz"]);
        assert_eq!(found[1].1, "outer.zip/dir/inner.zip/b.txt.gz");
        assert_eq!((found[0].2.as_slice(), found[1].2.as_slice()), (&b"one"[..], &b"two"[..]));
    }

    #[test]
    fn broken_archives_say_which_file() {
        let outer = zipped(&[("inner.zip", &zipped(&[("a.txt", b"text text text")])[..40])]);
        let e = all("outer.zip", outer.clone()).unwrap_err().to_string();
        assert!(e.starts_with("outer.zip/inner.zip: cannot unpack: "), "{e}");
        for len in 4..outer.len() {
            assert!(all("o.zip", outer[..len].to_vec()).is_err(), "{len}");
        }
        assert!(all("a.gz", b"\x1f\x8b\x08\x00rubbish".to_vec()).is_err());
        assert!(all("a.zst", b"\x28\xb5\x2f\xfdrubbish".to_vec()).is_err());
    }

    #[test]
    fn an_archive_that_holds_itself_too_deep_is_refused() {
        let mut bytes = b"text".to_vec();
        for _ in 0..=DEEPEST {
            bytes = zipped(&[("a.zip", &bytes)]);
        }
        assert!(all("a.zip", bytes).unwrap_err().to_string().contains("more than 4 deep"));
    }
}
