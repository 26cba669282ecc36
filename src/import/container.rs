//! What a file comes in: gzip, zstd, and its sha256.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::ImportError;
use crate::{Error, Result};

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The content of a file that may be packed by gzip or zstd.
pub(crate) fn decompress(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let failed = |e: String| Error::import(path, None, ImportError::Container(format!("cannot unpack: {e}")));
    let mut out = Vec::new();
    match bytes.as_slice() {
        [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            let mut decoder = ruzstd::decoding::StreamingDecoder::new(bytes.as_slice())
                .map_err(|e| failed(e.to_string()))?;
            decoder.read_to_end(&mut out).map_err(|e| failed(e.to_string()))?;
        }
        [0x1F, 0x8B, ..] => {
            flate2::read::MultiGzDecoder::new(bytes.as_slice())
                .read_to_end(&mut out)
                .map_err(|e| failed(e.to_string()))?;
        }
        _ => return Ok(bytes),
    }
    Ok(out)
}
