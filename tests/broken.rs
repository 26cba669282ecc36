//! Broken inputs: each gives a finding or an error with its place and the right exit code, and nothing panics.
#![cfg(feature = "cli")]

mod common;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use cleanclaim::engine::{Options, check_files};
use cleanclaim::read::{ColumnMap, Input};
use cleanclaim::report::Format;
use cleanclaim::{Checker, ErrorKind, Tables};
use common::{Folder, Run};
use proptest::prelude::*;

const HEADER: &str = "claim_id,dos_from,procedure,dx1\n";
const GOOD: &str = "A,2026-03-02,99213,I10\n";

/// Runs one kind of broken input after the other and collects what went wrong.
struct Kinds {
    seen: Vec<String>,
    wrong: Vec<String>,
}

impl Kinds {
    fn new() -> Kinds {
        Kinds { seen: vec![], wrong: vec![] }
    }

    /// A file `c.csv` of that content: exit code, and what must stand in what is printed.
    fn file(&mut self, kind: &str, content: impl AsRef<[u8]>, code: i32, said: &[&str]) -> Run {
        // A claim of the same line many times over is a finding a line, which is not what such a file is for.
        let content = content.as_ref();
        let arguments = if content.len() > 1 << 20 { "check --ignore DUP c.csv" } else { "check c.csv" };
        self.run(kind, &[("c.csv", content)], arguments, b"", code, said)
    }

    /// Rows under the smallest header.
    fn rows(&mut self, kind: &str, rows: &str, code: i32, said: &[&str]) {
        self.file(kind, format!("{HEADER}{rows}"), code, said);
    }

    /// One row with a column more, of that value.
    fn field(&mut self, kind: &str, column: &str, value: &str, code: i32, said: &[&str]) {
        let text = format!("claim_id,dos_from,procedure,dx1,{column}\nA,2026-03-02,99213,I10,{value}\n");
        self.file(&format!("{column}: {kind}"), text, code, said);
    }

    fn run(
        &mut self,
        kind: &str,
        files: &[(&str, &[u8])],
        arguments: &str,
        input: &[u8],
        code: i32,
        said: &[&str],
    ) -> Run {
        let folder = Folder::new();
        for (name, content) in files {
            folder.write(name, content);
        }
        self.run_in(&folder, kind, arguments, input, code, said)
    }

    fn run_in(
        &mut self,
        folder: &Folder,
        kind: &str,
        arguments: &str,
        input: &[u8],
        code: i32,
        said: &[&str],
    ) -> Run {
        let check = arguments.starts_with("check") && !arguments.contains("--as-of");
        let arguments = if check {
            arguments.replacen("check", "check --as-of 2026-11-22", 1)
        } else {
            arguments.to_owned()
        };
        let run = folder.run_with(&arguments, input);
        let all = format!("{}{}", run.out, run.err);
        let mut bad = vec![];
        if run.code != Some(code) {
            bad.push(format!("exit code {:?}, expected {code}", run.code));
        }
        for word in ["panicked", "internal error"] {
            if all.contains(word) {
                bad.push(word.to_owned());
            }
        }
        bad.extend(said.iter().filter(|s| !all.contains(**s)).map(|s| format!("does not say {s:?}")));
        if let Some(control) = all.chars().find(|c| c.is_control() && *c != '\n') {
            bad.push(format!("prints the control character {control:?}"));
        }
        if !bad.is_empty() {
            let shown: String = all.chars().take(1500).collect();
            self.wrong.push(format!("{kind}: {}\n{shown}", bad.join("; ")));
        }
        self.seen.push(kind.to_owned());
        run
    }

    fn finish(self, least: usize) {
        let mut kinds = self.seen.clone();
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds.len(), self.seen.len(), "a kind is named twice");
        assert!(kinds.len() >= least, "only {} kinds", kinds.len());
        assert!(self.wrong.is_empty(), "{} kinds:\n\n{}", self.wrong.len(), self.wrong.join("\n\n"));
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    structured_zstd::encoding::compress_to_vec(
        text.as_bytes(),
        structured_zstd::encoding::CompressionLevel::Fastest,
    )
}

fn many(rows: usize) -> String {
    (0..rows).fold(HEADER.to_owned(), |mut text, n| {
        let _ = writeln!(text, "C{n},2026-03-02,{},I10", 99202 + n * 7919 % 14);
        text
    })
}

fn wide(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
}

#[test]
fn files_that_are_no_claims() {
    let mut k = Kinds::new();
    k.file("empty file", "", 2, &["error: c.csv:1: the file is empty"]);
    k.file("only blanks", "  \t  \n   \n\t\n  ", 2, &["error: c.csv:", "the file is empty"]);
    k.file("only line feeds", "\n\n\n\n", 2, &["the file is empty"]);
    k.file("only a mark", b"\xEF\xBB\xBF", 2, &["the file is empty"]);
    k.file("only a header", HEADER, 0, &["warning: c.csv: a header and no claim lines"]);
    k.file("only a header, no line feed", HEADER.trim_end(), 0, &["a header and no claim lines"]);
    k.file("a header and blank lines", format!("{HEADER}\n\n   \n"), 0, &["a header and no claim lines"]);
    k.file("no header", GOOD, 2, &["c.csv:1: no header row", "the first row looks like data"]);
    k.file("prose", "Dear Sir,\nplease find enclosed\n", 2, &["c.csv:1: no header row"]);
    k.file("a web page", "<!DOCTYPE html>\n<html><body>Login</body></html>\n", 2, &["no header row"]);
    k.file("xml", "<?xml version=\"1.0\"?>\n<claims/>\n", 2, &["no header row"]);
    k.file("sql", "INSERT INTO claims VALUES (1, 'A');\n", 2, &["no header row"]);
    k.file("json object", "{\"claim_id\": 1}", 2, &["c.csv:1: not a text file: JSON"]);
    k.file("json list", "[{\"claim_id\": 1}]", 2, &["not a text file: JSON"]);
    k.file("json after a mark and a blank line", b"\xEF\xBB\xBF\n {\"a\": 1}", 2, &["JSON"]);
    k.file("X12 837", "ISA*00*          *00*          *ZZ*A\n", 2, &["c.csv:1:", "X12"]);
    k.file("xlsx as csv", b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", 2, &["Excel"]);
    k.file("xls as csv", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 2, &["Excel"]);
    k.file("pdf", "%PDF-1.7\n", 2, &["a PDF"]);
    k.file("parquet", b"PAR1\x15\x04\x15", 2, &["Parquet"]);
    k.file("png", b"\x89PNG\r\n\x1A\n\x00\x00\x00\rIHDR", 2, &["binary"]);
    k.file("program", b"\x7FELF\x02\x01\x01\x00\x00", 2, &["binary"]);
    k.file(
        "bytes without zeros",
        (0..4000u32).map(|n| (n * 31 % 251 + 1) as u8).collect::<Vec<_>>(),
        2,
        &["no header row"],
    );
    k.file(
        "zero bytes in a row",
        format!("{HEADER}A,2026-03-02,99\0213,I10\n"),
        2,
        &["binary: it contains zero bytes"],
    );
    let text = format!("{HEADER}{GOOD}");
    let marked =
        |little| [if little { &b"\xFF\xFE"[..] } else { b"\xFE\xFF" }, &wide(&text, little)].concat();
    k.file("UTF-16 LE", marked(true), 2, &["c.csv:1: not a text file: UTF-16"]);
    k.file("UTF-16 BE", marked(false), 2, &["UTF-16"]);
    k.file("UTF-16 LE without a mark", wide(&text, true), 2, &["zero bytes"]);
    k.file("UTF-16 BE without a mark", wide(&text, false), 2, &["zero bytes"]);
    k.file("UTF-32", [&b"\xFF\xFE\0\0"[..], b"c\0\0\0l\0\0\0"].concat(), 2, &["c.csv:1: not a text file"]);
    k.finish(29);
}

#[test]
fn headers_that_do_not_say_enough_or_too_much() {
    let mut k = Kinds::new();
    k.file("no claim id", "dos,cpt,dx1\n2026-03-02,99213,I10\n", 2, &["c.csv:1: no column claim_id", "pcn"]);
    k.file(
        "nearly a claim id",
        "claimid2,dos,cpt,dx1\nA,2026-03-02,99213,I10\n",
        2,
        &["perhaps \"claimid2\"?"],
    );
    k.file("no codes", "claim_id,dos\nA,2026-03-02\n", 2, &["no column procedure or dx1"]);
    k.file(
        "a name twice",
        "claim_id,dos,dos,dx1\nA,2026-03-02,,I10\n",
        2,
        &["\"dos\" (column 2)", "(column 3)", "dos_from"],
    );
    k.file("two names for one", "claim_id,cpt,HCPCS,dx1\nA,,99213,I10\n", 2, &["both mean procedure"]);
    k.file("dx1 in two spellings", "claim_id,cpt,dx1,Diagnosis 01\nA,99213,I10,I10\n", 2, &["both mean dx1"]);
    k.file("dx26", "claim_id,dos,cpt,dx1,dx26\nA,2026-03-02,99213,I10,I10\n", 0, &["columns ignored: dx26"]);
    k.file("mod5", "claim_id,dos,cpt,dx1,mod5\nA,2026-03-02,99213,I10,25\n", 0, &["columns ignored: mod5"]);
    k.file("an empty name", "claim_id,dos,cpt,dx1,\nA,2026-03-02,99213,I10,\n", 0, &["columns ignored"]);
    k.file(
        "an escape sequence in a name",
        "claim_id,dos,cpt,dx1,\u{1b}[31mred\nA,2026-03-02,99213,I10,\n",
        0,
        &["columns ignored"],
    );
    k.file("names of control characters only", "\u{1b}[2J,\u{7}\n1,2\n", 2, &["no header row"]);
    k.file(
        "a name of a megabyte",
        format!("claim_id,dos,cpt,dx1,{}\n", "x".repeat(1 << 20)),
        2,
        &["c.csv:1: a row longer than"],
    );
    k.file(
        "an open quotation mark in the header",
        format!("\"claim_id,dos,cpt,dx1\n{}", GOOD.repeat(9)),
        2,
        &["c.csv:1:"],
    );
    k.file(
        "ten thousand columns",
        {
            let more: String = (0..10_000).map(|n| format!(",x{n}")).collect();
            format!("claim_id,dos,cpt,dx1{more}\nA,2026-03-02,99213,I10{}\n", ",".repeat(10_000))
        },
        0,
        &["columns ignored"],
    );
    k.file(
        "Latin-1 names",
        b"claim_id,dos,cpt,dx1,pr\xE9nom\nA,2026-03-02,99213,I10,Ren\xE9\n",
        0,
        &["pr\u{e9}nom"],
    );
    k.file(
        "two marks",
        [&b"\xEF\xBB\xBF\xEF\xBB\xBF"[..], format!("{HEADER}{GOOD}").as_bytes()].concat(),
        0,
        &["no findings"],
    );
    k.file(
        "blank lines before the header",
        format!("\n \n\n{HEADER}B,2026-03-02,99213,E11\n"),
        1,
        &["c.csv:5", "COD002"],
    );
    k.file(
        "the header again, further down",
        format!("{HEADER}{GOOD}{HEADER}{GOOD}"),
        1,
        &["c.csv:3", "dos_from", "FMT004"],
    );
    k.file(
        "commas above, semicolons below",
        format!("{HEADER}A;2026-03-02;99213;I10\n"),
        1,
        &["c.csv:2", "the row has 1 fields, expected 4"],
    );
    k.file(
        "semicolons above, commas below",
        "claim_id;dos;cpt;dx1\nA,2026-03-02,99213,I10\n",
        1,
        &["c.csv:2", "FMT002"],
    );
    k.finish(20);
}

#[test]
fn packed_files_that_do_not_unpack() {
    let mut k = Kinds::new();
    let text = many(20_000);
    let (gz, zst) = (gzip(&text), zstd(&text));
    k.file("gzip cut in the middle", &gz[..gz.len() / 2], 2, &["error: c.csv:", "cannot unpack"]);
    k.file("gzip without its last byte", &gz[..gz.len() - 1], 2, &["cannot unpack"]);
    k.file("gzip cut in its header", &gz[..8], 2, &["c.csv:1: cannot unpack"]);
    k.file(
        "gzip, only the first bytes right",
        b"\x1F\x8B\x08\x00hello, this is no gzip file",
        2,
        &["cannot unpack"],
    );
    let mut damaged = gz.clone();
    let end = damaged.len() - 6;
    damaged[end] ^= 0x55;
    k.file("gzip with a wrong checksum", &damaged, 2, &["cannot unpack"]);
    k.file("gzip with rubbish after it", [&gz[..], b"rubbish"].concat(), 2, &["cannot unpack"]);
    k.file("gzip of nothing", gzip(""), 2, &["the file is empty"]);
    k.file("gzip of a header", gzip(HEADER), 0, &["no claim lines"]);
    k.file(
        "two gzip files in one",
        [gzip(&format!("{HEADER}{GOOD}")), gzip("B,2026-03-02,99213,E11\n")].concat(),
        1,
        &["c.csv:3", "2 claims"],
    );
    k.file("zstd cut in the middle", &zst[..zst.len() / 2], 2, &["error: c.csv:", "cannot unpack"]);
    k.file("zstd without its last byte", &zst[..zst.len() - 1], 2, &["cannot unpack"]);
    k.file("zstd cut in its header", &zst[..5], 2, &["c.csv:1: cannot unpack"]);
    k.file(
        "zstd, only the first bytes right",
        b"\x28\xB5\x2F\xFDhello, this is no zstd file",
        2,
        &["cannot unpack"],
    );
    k.file("zstd with rubbish after it", [&zst[..], b"rubbish"].concat(), 2, &["cannot unpack"]);
    k.file(
        "two zstd files in one",
        [zstd(&format!("{HEADER}{GOOD}")), zstd("B,2026-03-02,99213,E11\n")].concat(),
        1,
        &["c.csv:3", "2 claims"],
    );
    let skipped = [
        &zstd(&format!("{HEADER}{GOOD}"))[..],
        b"\x50\x2A\x4D\x18\x03\x00\x00\x00abc",
        &zstd("B,2026-03-02,99213,E11\n"),
    ]
    .concat();
    k.file("zstd with a frame to be skipped", skipped, 1, &["c.csv:3", "2 claims"]);
    k.file("packed twice", gzip(&String::from_utf8_lossy(&gzip(&text))), 2, &["error: c.csv:1:"]);
    let plain = format!("{HEADER}{GOOD}");
    k.run("csv called gz", &[("c.csv.gz", plain.as_bytes())], "check c.csv.gz", b"", 0, &["no findings"]);
    k.run("gzip called csv", &[("c.csv", &gzip(&plain))], "check c.csv", b"", 0, &["no findings"]);
    k.run(
        "gzip on standard input, cut",
        &[],
        "check -",
        &gz[..gz.len() / 2],
        2,
        &["error: -:", "cannot unpack"],
    );
    k.finish(20);
}

#[test]
fn rows_that_are_out_of_shape() {
    let mut k = Kinds::new();
    k.rows("a row too short", "A,2026-03-02,99213\n", 1, &["c.csv:2", "FMT002", "3 fields, expected 4"]);
    k.rows("a row too long", "A,2026-03-02,99213,I10,,\n", 1, &["c.csv:2", "6 fields, expected 4"]);
    k.rows("one word", "A\n", 1, &["c.csv:2", "1 fields, expected 4"]);
    k.rows("only commas", ",,,\n", 1, &["c.csv:2", "FMT003"]);
    k.rows("a total at the end", &format!("{GOOD}Total: 1 row\n"), 1, &["c.csv:3", "FMT002"]);
    k.rows(
        "blank lines between",
        &format!("{GOOD}\n   \n\nB,2026-03-02,99213,E11\n"),
        1,
        &["c.csv:6", "COD002"],
    );
    k.rows("no line feed at the end", "B,2026-03-02,99213,E11", 1, &["c.csv:2", "COD002"]);
    k.rows("cut in the middle of a row", &format!("{GOOD}B,2026-0"), 1, &["c.csv:3", "FMT002"]);
    k.rows("no claim id", ",2026-03-02,99213,I10\n", 1, &["c.csv:2", "FMT003"]);
    k.rows("blank claim id", "   ,2026-03-02,99213,I10\n", 1, &["c.csv:2", "FMT003"]);
    k.rows("a claim comes back", &format!("{GOOD}B,2026-03-02,99213,I10\n{GOOD}"), 1, &["c.csv:4", "FMT004"]);
    k.rows(
        "a claim comes back, quoted",
        &format!("{GOOD}\"B\",2026-03-02,99213,I10\n{GOOD}"),
        1,
        &["c.csv:4", "FMT004"],
    );
    let cr = format!("{HEADER}{GOOD}B,2026-03-02,99213,E11\n").replace('\n', "\r");
    k.file("lone carriage returns", &cr, 1, &["c.csv:3", "COD002", "2 claims"]);
    k.file(
        "lone carriage returns, a claim comes back",
        format!("{cr}A,2026-03-02,99213,I10\r"),
        1,
        &["c.csv:4  claim A", "FMT004"],
    );
    let crlf = format!("{HEADER}{GOOD}B,2026-03-02,99213,E11\n").replace('\n', "\r\n");
    k.file("carriage returns and line feeds", &crlf, 1, &["c.csv:3", "COD002", "2 claims"]);
    k.file(
        "mixed line ends",
        format!("{HEADER}A,2026-03-02,99213,I10\r\nB,2026-03-02,99213,E11\n"),
        1,
        &["c.csv:3"],
    );
    k.file(
        "a carriage return within a row",
        format!("{HEADER}A,2026-03-02,99213,I10\rB,2026-03-02,99213,I10\n"),
        1,
        &["c.csv:2", "FMT002"],
    );
    k.file(
        "line feeds below carriage returns",
        "claim_id,dos,cpt,dx1\rA,2026-03-02,99213,I10\nB,2026-03-02,99213,E11\r\nC,2026-03-02,99213,E11",
        1,
        &["c.csv:3", "c.csv:4", "3 claims"],
    );
    k.rows(
        "an open quotation mark",
        "A,2026-03-02,\"99213,I10\nB,2026-03-02,99213,I10\n",
        1,
        &["c.csv:2", "FMT002"],
    );
    let noted = "claim_id,dos,cpt,dx1,note\nA,2026-03-02,99213,I10,\"not closed\nB,2026-03-02,99213,E11,\n";
    k.file("an open quotation mark in an unknown column", noted, 1, &["c.csv:2", "never closed", "2 rows"]);
    k.file(
        "closed three rows later",
        format!("{noted}C,2026-03-02,99213,I10,\"x\"\n"),
        1,
        &["c.csv:2", "never closed"],
    );
    k.file(
        "a field over two rows",
        noted.replace("closed\n", "closed\"\n").replace("not ", "not\n"),
        1,
        &["c.csv:4", "COD002"],
    );
    k.rows("a quotation mark within a field", "A,2026-03-02,99213,I\"10\n", 1, &["c.csv:2", "COD001"]);
    k.rows(
        "text after a closing quotation mark",
        "\"A\"x,2026-03-02,99213,E11\n",
        1,
        &["claim Ax", "COD002"],
    );
    k.rows("single quotation marks", "'A','2026-03-02','99213','I10'\n", 1, &["c.csv:2", "dos_from"]);
    k.rows(
        "a field of ten megabytes",
        &format!("{GOOD}B,2026-03-02,99213,{}\n", "9".repeat(10 << 20)),
        2,
        &["c.csv:3: a row longer than"],
    );
    k.rows(
        "a quoted field of ten megabytes",
        &format!("{GOOD}B,2026-03-02,99213,\"{}\"\n", "9".repeat(10 << 20)),
        2,
        &["c.csv:", "a row longer than"],
    );
    k.rows(
        "ten megabytes after an open quotation mark",
        &format!("A,2026-03-02,99213,\"I10\n{}", GOOD.repeat(450_000)),
        2,
        &["c.csv:2: a row longer than", "never closed"],
    );
    k.rows(
        "a field of five megabytes",
        &format!("{GOOD}B,2026-03-02,99213,{}\n", "9".repeat(5 << 20)),
        1,
        &["c.csv:3", "COD001"],
    );
    let late = format!("{}B\0,2026-03-02,99213,I10\n", many(400));
    k.file("a zero byte far down", late, 1, &["c.csv:402", "FMT006"]);
    k.rows(
        "an id with an escape sequence",
        "\u{1b}]0;pwned\u{7}\u{1b}[2JA,2026-03-02,99213,I10\n",
        1,
        &["c.csv:2", "FMT006"],
    );
    k.rows("an id with a delete character", "A\u{7f}\u{85}B,2026-03-02,99213,I10\n", 1, &["FMT006", "A??B"]);
    k.rows("an id that turns the text around", "A\u{202e}B,2026-03-02,99213,I10\n", 1, &["FMT006", "A?B"]);
    k.rows(
        "an id of 100,000 characters",
        &format!("{},2026-03-02,99213,E11\n", "A".repeat(100_000)),
        1,
        &["c.csv:2", "COD002"],
    );
    k.rows("an id of emoji", "\u{1f600}\u{1f600},2026-03-02,99213,E11\n", 1, &["\u{1f600}", "COD002"]);
    k.file(
        "an id in Latin-1",
        b"claim_id,dos,cpt,dx1\nR\xE9,2026-03-02,99213,E11\n",
        1,
        &["claim R\u{e9}", "COD002"],
    );
    k.file(
        "an id of broken UTF-8",
        b"claim_id,dos,cpt,dx1\n\xF0\x9F\x98,2026-03-02,99213,E11\n",
        1,
        &["c.csv:2", "COD002"],
    );
    k.file(
        "a claim of 100,000 rows",
        {
            let mut text = HEADER.to_owned();
            (0..100_000).for_each(|_| text.push_str(GOOD));
            text
        },
        0,
        &["1 claim, 100000 lines"],
    );
    k.file(
        "a claim of 100,000 quoted rows",
        HEADER.to_owned() + &"\"A\",2026-03-02,99213,I10\n".repeat(100_000),
        0,
        &["1 claim, 100000 lines"],
    );
    k.file(
        "a claim of 30,000 days",
        {
            let first: cleanclaim::Date = "1940-01-01".parse().unwrap();
            (0..30_000)
                .fold(HEADER.to_owned(), |text, n| text + &format!("A,{},99213,I10\n", first.add_days(n)))
        },
        1,
        &["1 claim, 30000 lines", "COD006"],
    );
    k.file(
        "a claim of ten megabytes",
        HEADER.to_owned() + &GOOD.repeat(480_000),
        1,
        &["c.csv:", "480000 lines", "FMT004"],
    );
    k.finish(40);
}

#[test]
fn fields_that_are_not_what_they_should_be() {
    let mut k = Kinds::new();
    for (kind, date) in [
        ("30 February", "2026-02-30"),
        ("month 13", "2026-13-01"),
        ("zeros", "0000-00-00"),
        ("day 0", "20260300"),
        ("day before month", "31/12/2025"),
        ("a number of days", "46083"),
        ("nines", "99999999"),
        ("words", "yesterday"),
        ("a range", "2026-03-02-2026-03-04"),
        ("a month", "2026-03"),
        ("full-width digits", "２０２６-03-02"),
        ("a year of five digits", "12026-03-02"),
        ("negative", "-2026-03-02"),
    ] {
        let row = format!("A,{date},99213,I10\n");
        k.rows(&format!("date: {kind}"), &row, 1, &["c.csv:2", "dos_from", "DTE"]);
    }
    k.rows("date: the year 9999", "A,9999-12-31,99213,I10\n", 1, &["c.csv:2", "DTE002"]);
    k.rows("date: the year 1", "A,0001-01-01,99213,I10\n", 1, &["c.csv:2", "DTE005", "before 1996"]);
    k.rows("date: the last day before 1996", "A,1995-12-31,99213,I10\n", 1, &["DTE005", "before 1996"]);
    k.rows("date: the first day of 1996", "A,1996-01-01,99213,I10\n", 1, &["1996-01-01", "COD006"]);
    k.rows("date: missing", "A,,99213,I10\n", 1, &["c.csv:2", "dos_from"]);
    k.rows("dates in five forms", "A,2026-03-02,99213,I10\nB,20260302,99213,I10\nC,03/02/2026,99213,I10\nD,3/2/26,99213,I10\nE,2-Mar-2026,99213,E11\n", 1, &["c.csv:6", "1 error"]);
    k.field("impossible", "dos_to", "2026-02-31", 1, &["c.csv:2", "dos_to"]);
    k.field("before the first", "dos_to", "2026-03-01", 1, &["DTE001"]);
    k.field("impossible", "patient_dob", "1950-02-30", 1, &["c.csv:2", "DEM003", "birth date"]);
    k.field("later than the service", "patient_dob", "2030-01-01", 1, &["c.csv:2", "DTE003"]);
    k.field("in the year 1", "patient_dob", "0001-01-01", 1, &["DEM003"]);
    k.field("of nobody", "patient_sex", "Q", 1, &["c.csv:2", "DEM004"]);
    for (kind, number, rule) in [
        ("huge", "99999999999999999999999999999999", "AMT001"),
        ("negative", "-1", "AMT005"),
        ("zero", "0", "AMT005"),
        ("negative zero", "-0", "AMT005"),
        ("not a number", "NaN", "AMT001"),
        ("infinite", "inf", "AMT001"),
        ("scientific", "1e3", "AMT001"),
        ("hexadecimal", "0x10", "AMT001"),
        ("two points", "1.2.3", "AMT001"),
        ("two signs", "--1", "AMT001"),
        ("too fine", "1.00001", "AMT001"),
        ("a word", "one", "AMT001"),
        ("full-width", "１", "AMT001"),
        ("only a point", ".", "AMT001"),
        ("only a sign", "-", "AMT001"),
    ] {
        k.field(kind, "units", number, 1, &["c.csv:2", "units", rule]);
    }
    for (kind, amount, rule) in [
        ("huge", "1e308", "AMT001"),
        ("of many digits", "123456789012345678901234567890.00", "AMT001"),
        ("negative", "-0.01", "AMT002"),
        ("in brackets", "(5.00)", "AMT002"),
        ("in one bracket", "(5.00", "AMT001"),
        ("only a dollar", "$", "AMT001"),
        ("with a decimal comma", "\"12,50\"", "AMT001"),
        ("with commas anywhere", "\"1,2,3\"", "AMT001"),
        ("in euros", "5 €", "AMT001"),
        ("not a number", "NaN", "AMT001"),
        ("a third of a cent", "0.333", "AMT001"),
    ] {
        k.field(kind, "charge", amount, 1, &["c.csv:2", "charge", rule]);
    }
    k.field("not the sum", "charge,total_charge", "5.00,5.01", 1, &["AMT003"]);
    k.field("a word", "total_charge", "lots", 1, &["total_charge", "AMT001"]);
    for (kind, pointers) in [
        ("beyond the list", "Z"),
        ("zero", "0"),
        ("thirteen", "13"),
        ("of an empty column", "B"),
        ("letters and digits", "A1"),
        ("a sign", "&"),
        ("not Latin", "é"),
        ("only separators", "---"),
        ("thirteen letters", "ABCDEFGHIJKLM"),
        ("thirty letters", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("five", "1:2:3:4:5"),
        ("huge", "99999999999999999999"),
    ] {
        k.field(kind, "dx_pointers", pointers, 1, &["c.csv:2", "PTR"]);
    }
    for (kind, column, value, rule) in [
        ("five", "modifiers", "25 59 LT RT 76", "MOD"),
        ("of three characters", "mod1", "255", "MOD"),
        ("of a sign", "mod1", "$$", "MOD"),
        ("unknown", "mod1", "Q1Q", "MOD"),
        ("of three digits", "pos", "999", "POS001"),
        ("a word", "pos", "office", "POS001"),
        ("a word", "line", "first", "FMT001"),
        ("negative", "line", "-1", "FMT001"),
        ("huge", "line", "99999999999", "FMT001"),
        ("unknown", "claim_type", "X", "FMT001"),
        ("with a letter", "bill_type", "1X1", "FMT001"),
        ("too long", "revenue_code", "045000", "FMT001"),
        ("a word", "patient_status", "home", "FMT001"),
        ("unknown", "poa1", "Q", "FMT001"),
        ("too short", "billing_npi", "123456789", "PRV001"),
        ("a wrong check digit", "billing_npi", "1234567890", "PRV001"),
        ("letters", "rendering_npi", "ABCDEFGHIJ", "PRV001"),
        ("impossible", "received_date", "2026-99-99", "DTE"),
        ("impossible", "admit_date", "2026-99-99", "DTE"),
        ("impossible", "statement_to", "2026-99-99", "DTE"),
    ] {
        k.field(kind, column, value, 1, &["c.csv:2", rule]);
    }
    for (kind, code) in [
        ("empty", ""),
        ("four digits", "9921"),
        ("with its modifier", "99213-25"),
        ("fifty characters", "99999999999999999999999999999999999999999999999999"),
        ("not Latin", "9921３"),
        ("a control character", "99\u{7}213"),
    ] {
        k.rows(
            &format!("procedure: {kind}"),
            &format!("A,2026-03-02,{code},I10\n"),
            1,
            &["c.csv:2", "COD01"],
        );
    }
    for (kind, code) in [
        ("a dot too many", "E11..65"),
        ("a comma for a dot", "\"E11,65\""),
        ("ICD-9", "250.00"),
        ("eight characters", "S72.001AA"),
        ("a word", "hypertension"),
        ("a sentence", "essential hypertension since 2019"),
        ("a dash", "-"),
        ("a letter O for a zero", "I1O"),
        ("a wild card", "E11.*"),
        ("not Latin", "É11.65"),
        ("a control character", "I\u{1b}[1m10"),
        ("a formula", "=CMD()"),
    ] {
        k.rows(
            &format!("diagnosis: {kind}"),
            &format!("A,2026-03-02,99213,{code}\n"),
            1,
            &["c.csv:2", "COD0"],
        );
    }
    // Warnings: not what makes the exit code 1.
    k.field("twice the same", "dx_pointers", "AA", 0, &["c.csv:2", "PTR005"]);
    k.field("too short", "taxonomy", "207Q", 0, &["c.csv:2", "PRV002"]);
    let codes: Vec<String> = (0..30).map(|n| format!("S52.{}{}1A", n / 10, n % 10)).collect();
    let list = format!("claim_id,dos,cpt,diagnoses\nA,2026-03-02,99213,{}\n", codes.join(" "));
    k.file("thirty diagnoses in a list", list, 1, &["c.csv:2", "more than 25 values"]);
    k.file(
        "three hundred diagnoses on a claim",
        {
            (0..300).fold(HEADER.to_owned(), |text, n| {
                text + &format!("A,2026-03-02,99213,A{:02}.{}\n", n / 10, n % 10)
            })
        },
        1,
        &["c.csv:2", "more than 200 values"],
    );
    k.file("every field wrong", "claim_id,line,dos,dos_to,pos,cpt,mod1,units,charge,dx1,dx_pointers,rendering_npi,patient_dob,patient_sex\n?,?,?,?,?,?,?,?,?,?,?,?,?,?\n", 1, &["c.csv:2", "dos_from", "dos_to", "pos", "units", "charge", "rendering_npi"]);
    k.finish(95);
}

#[test]
fn files_and_arguments_that_cannot_be_used() {
    let mut k = Kinds::new();
    let text = format!("{HEADER}{GOOD}");
    let claims: &[(&str, &[u8])] = &[("c.csv", text.as_bytes())];
    let folder = Folder::new();
    folder.write("c.csv", &text);
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    k.run_in(&folder, "a folder", "check folder", b"", 2, &["error: folder:", "is a folder"]);
    k.run_in(
        &folder,
        "a missing file",
        "check nowhere.csv",
        b"",
        2,
        &["error: nowhere.csv:", "No such file"],
    );
    k.run_in(&folder, "a file below a file", "check c.csv/c.csv", b"", 2, &["error: c.csv/c.csv:"]);
    k.run_in(
        &folder,
        "a missing file beside a good one",
        "check nowhere.csv c.csv",
        b"",
        2,
        &["nowhere.csv", "1 claim"],
    );
    k.run_in(&folder, "a report into a missing folder", "check -o none/r.txt c.csv", b"", 2, &["none/r.txt"]);
    k.run_in(&folder, "a report over a folder", "check -o folder c.csv", b"", 2, &["is a folder"]);
    k.run_in(
        &folder,
        "a report over the claims",
        "check -o c.csv c.csv",
        b"",
        2,
        &["c.csv", "the run reads this file"],
    );
    assert_eq!(folder.read("c.csv"), text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
        k.run_in(&folder, "a link to itself", "check loop", b"", 2, &["error: loop:"]);
        k.run_in(&folder, "an empty device", "check /dev/null", b"", 2, &["/dev/null", "the file is empty"]);
        if Path::new("/dev/full").exists() {
            k.run_in(&folder, "a full disk", "check -o /dev/full c.csv", b"", 2, &["error:"]);
        }
        folder.write("shut.csv", &text);
        let shut = folder.path().join("shut.csv");
        std::fs::set_permissions(&shut, std::fs::Permissions::from_mode(0o000)).unwrap();
        // Root may read everything.
        if std::fs::File::open(&shut).is_err() {
            k.run_in(
                &folder,
                "a file without permission",
                "check shut.csv",
                b"",
                2,
                &["error: shut.csv:", "ermission"],
            );
        }
    }
    k.run("nothing on standard input", &[], "check -", b"", 2, &["error: -:1: the file is empty"]);
    k.run("rubbish on standard input", &[], "check", b"\x00\x01\x02", 2, &["error: -:1:", "binary"]);
    k.run(
        "standard input twice",
        &[],
        "check - -",
        text.as_bytes(),
        2,
        &["error: -:1: the file is empty", "1 claim"],
    );
    k.run(
        "standard input without a line feed",
        &[],
        "check -",
        b"claim_id,dos,cpt,dx1\nB,2026-03-02,99213,E11",
        1,
        &["-:2", "COD002"],
    );
    for (kind, map, said) in [
        ("no TOML", "claim_id -> pcn", "column map"),
        ("a column that there is not", "[columns]\nprice = \"x\"", "\"price\" is no column of claims"),
        ("a preset that there is not", "preset = \"ub04\"", "no preset \"ub04\""),
        ("a key that there is not", "colums = {}", "colums"),
        ("a number for a name", "[columns]\npos = 7", "column map"),
        (
            "one column for two",
            "[columns]\nclaim_id = \"claim_id\"\npos = \"dos_from\"\nunits = \"dos_from\"\nline = \"dx1\"\nmod1 = \"procedure\"",
            "no column procedure or dx1",
        ),
        ("no text", "\u{0}\u{1}", "column map"),
    ] {
        let files = [("c.csv", text.as_bytes()), ("m.toml", map.as_bytes())];
        k.run(&format!("map: {kind}"), &files, "check --map m.toml c.csv", b"", 2, &[said]);
    }
    k.run(
        "map: not UTF-8",
        &[claims[0], ("m.toml", b"preset = \"\xFF\"")],
        "check --map m.toml c.csv",
        b"",
        2,
        &["m.toml"],
    );
    k.run("map: a missing file", claims, "check --map m.toml c.csv", b"", 2, &["m.toml"]);
    k.run(
        "map: a preset misspelt",
        claims,
        "check --map riff c.csv",
        b"",
        2,
        &["no column map \"riff\"", "rif"],
    );
    k.run("map: a folder", claims, "check --map .. c.csv", b"", 2, &["error:", ".."]);
    k.run("map: empty", &[claims[0], ("m.toml", b"")], "check --map m.toml c.csv", b"", 0, &["no findings"]);
    for (kind, arguments, said) in [
        ("a day that there is not", "check --as-of 2026-02-30 c.csv", "2026-02-30"),
        ("a form that there is not", "check --format xml c.csv", "xml"),
        ("a negative number of threads", "check --threads=-1 c.csv", "threads"),
        ("a word for threads", "check --threads many c.csv", "many"),
        ("a level that there is not", "check --fail-on fatal c.csv", "fatal"),
        ("a rule that there is not", "check --select COD999 c.csv", "COD999"),
        ("a severity without a level", "check --severity COD001 c.csv", "RULE=LEVEL"),
        ("a flag that there is not", "check --frobnicate c.csv", "--frobnicate"),
        ("a command that there is not", "chekc c.csv", "chekc"),
        ("tables in a missing folder", "check --tables nowhere c.csv", "nowhere"),
        ("tables in a file", "check --tables c.csv c.csv", "c.csv"),
        ("no code to look up", "lookup", "CODE"),
        ("a rule to explain that there is not", "explain no-such-rule", "no-such-rule"),
    ] {
        k.run(kind, claims, arguments, b"", 2, &[said]);
    }
    let damaged: &[(&str, &[u8])] = &[claims[0], ("icd10cm.tbl", b"CCTABLE\0rubbish")];
    k.run("a damaged table", damaged, "check --tables . c.csv", b"", 2, &["icd10cm.tbl"]);
    k.run(
        "a foreign table",
        &[claims[0], ("icd10cm.tbl", b"SQLite format 3")],
        "check --tables . c.csv",
        b"",
        2,
        &["icd10cm.tbl", "not a cleanclaim pack"],
    );
    k.finish(38);
}

/// All rules, over the embedded tables.
fn checker() -> &'static Checker {
    static CHECKER: OnceLock<Checker> = OnceLock::new();
    CHECKER.get_or_init(|| Checker::new(Tables::embedded()).as_of("2026-11-22".parse().unwrap()))
}

/// Checks bytes with every rule in every format; panics if anything inside did.
fn survives(checker: &Checker, folder: &Folder, bytes: &[u8]) {
    folder.write("p.csv", bytes);
    let input = [Input::from_argument(folder.path().join("p.csv"))];
    for (format, map) in
        [(Format::Text, ColumnMap::default()), (Format::Json, ColumnMap::preset("rif").unwrap())]
    {
        let options = Options { threads: 1, map, ..Options::default() };
        let mut out = Vec::new();
        let outcome =
            check_files(checker, &input, &options, &*format.reporter(false), &mut out, &mut |_: &str| {})
                .unwrap();
        for error in &outcome.failed {
            assert!(!matches!(error.kind(), ErrorKind::Internal { .. }), "{error}");
        }
        assert!(String::from_utf8(out).is_ok());
    }
}

/// Correct claims with many columns, to be damaged.
fn correct() -> Vec<u8> {
    let clean = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/clean_claims.csv");
    let text = std::fs::read_to_string(clean).unwrap();
    text.lines().take(40).collect::<Vec<_>>().join("\n").into_bytes()
}

#[derive(Clone, Debug)]
enum Damage {
    Put(u8),
    Drop(usize),
    Repeat(usize),
    Text(&'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    const TEXTS: &[&str] = &[
        "\"",
        ",",
        "\n",
        "\r",
        "\r\n",
        "\0",
        "|",
        "\u{feff}",
        "-",
        ".",
        "0",
        "99999999999999999999",
        "9999-12-31",
        "0001-01-01",
        "NaN",
        "E11",
        "Z3A.20",
        "O80",
        "S72.001",
        "AAAAAAAAAAAAAAA",
        "50",
        "LT RT",
        "A1",
        "\u{1b}[0m",
        "\"\"",
        "I",
        "111",
        "131",
    ];
    prop_oneof![
        any::<u8>().prop_map(Damage::Put),
        (1usize..200).prop_map(Damage::Drop),
        (1usize..200).prop_map(Damage::Repeat),
        proptest::sample::select(TEXTS).prop_map(Damage::Text),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), header in any::<bool>()) {
        let first = b"claim_id,dos,cpt,mod1,modifiers,units,charge,dx1,dx2,diagnoses,dx_pointers,pos,patient_dob,patient_sex,bill_type\n";
        let text = if header { [&first[..], &bytes].concat() } else { bytes };
        survives(checker(), &Folder::new(), &text);
    }

    #[test]
    fn damaged_claims_never_panic(damages in proptest::collection::vec((any::<proptest::sample::Index>(), damage()), 1..25)) {
        let mut bytes = correct();
        for (index, damage) in damages {
            if bytes.is_empty() {
                break;
            }
            let at = index.index(bytes.len());
            match damage {
                Damage::Put(b) => bytes[at] = b,
                Damage::Drop(n) => drop(bytes.drain(at..(at + n).min(bytes.len()))),
                Damage::Repeat(n) => {
                    let part = bytes[at..(at + n).min(bytes.len())].to_vec();
                    drop(bytes.splice(at..at, part));
                }
                Damage::Text(text) => drop(bytes.splice(at..at, text.bytes())),
            }
        }
        survives(checker(), &Folder::new(), &bytes);
    }

    #[test]
    fn fields_of_shuffled_characters_never_panic(rows in proptest::collection::vec(proptest::collection::vec("[-A-Za-z0-9.,:;$() ]{0,9}", 15), 1..30)) {
        let mut text = String::from("claim_id;dos;dos_to;cpt;mod1;mod2;units;charge;dx1;dx2;dx_pointers;pos;patient_dob;bill_type;discharge_date\n");
        for row in rows {
            text.push_str(&row.join(";"));
            text.push('\n');
        }
        survives(checker(), &Folder::new(), text.as_bytes());
    }
}
