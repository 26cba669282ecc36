//! The page: what it may do, and that nothing in it leaves its place. What it does is tried in a browser (`tests/html`).

use cleanclaim::code::CodeText;
use cleanclaim::report::Format;
use sha2::{Digest, Sha256};

use crate::fixture::{claims, report, report_of, summary};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding, as the policy has its hashes.
fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0u32, |word, &b| word << 8 | u32::from(b)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = ALPHABET[(word >> (18 - 6 * at)) as usize & 63] as char;
            out.push(if at <= three.len() { letter } else { '=' });
        }
    }
    out
}

#[test]
fn the_policy_knows_the_script_and_the_style() {
    assert_eq!(base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
    let path = "src/report/html/csp.rs";
    let mut source = std::fs::read_to_string(path).unwrap();
    for (name, file) in [("STYLE", "page.css"), ("SCRIPT", "page.js")] {
        let text = std::fs::read_to_string(format!("src/report/html/{file}")).unwrap().replace('\r', "");
        let hash = base64(&Sha256::digest(text.as_bytes()));
        let start = source.find(&format!("const {name}_SHA256: &str = \"")).unwrap();
        let start = start + source[start..].find('"').unwrap() + 1;
        let end = start + source[start..].find('"').unwrap();
        if std::env::var_os("UPDATE").is_some() {
            source.replace_range(start..end, &hash);
        }
        let there = source[start..].split('"').next().unwrap();
        assert_eq!(there, hash, "{file} has changed; run UPDATE=1 cargo test --test report");
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &source).unwrap();
    }
}

/// The page without its script and style, which are ours.
fn markup(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, rest) = rest.split_once("<script>").unwrap();
    let (_, tail) = rest.split_once("</script>").unwrap();
    format!("{head}{body}{tail}")
}

#[test]
fn the_page_asks_nothing_of_any_network() {
    let page = report(Format::Html, false);
    assert!(page.contains("content=\"default-src 'none'; script-src 'sha256-"));
    let markup = markup(&page);
    for loads in
        [" src=", "srcset", "<link", "<iframe", "<object", "<img", "style=", " on", "http-equiv=\"refresh"]
    {
        let found = markup.match_indices(loads).find(|(at, _)| {
            // Of the attributes only: not of words.
            let open = markup[..*at].rfind('<').unwrap();
            !markup[open..*at].contains('>')
        });
        assert_eq!(found.map(|(at, _)| &markup[at..(at + 40).min(markup.len())]), None, "{loads}");
    }
    // Addresses are sources that a person may open.
    for (at, _) in markup.match_indices("http") {
        let before = &markup[..at];
        assert!(
            before.ends_with("href=\"") || before.ends_with('<') || before.ends_with("meta "),
            "{}",
            &markup[at..at + 40]
        );
    }
}

#[test]
fn what_claims_hold_stays_text() {
    let attack = "</td></script><script>alert(1)</script><img src=x onerror=\"alert(2)\">'\"&amp;\u{0}\u{1b}[31m\u{202e}";
    let mut claims = claims();
    claims[0].0.id = attack.to_owned();
    claims[0].0.payer = attack.to_owned();
    for finding in &mut claims[0].1 {
        finding.message = attack.to_owned();
        finding.help = attack.to_owned();
        finding.codes = vec![CodeText::new(b"</td><script>'\"")];
        finding.edition = Some(attack.to_owned());
    }
    let mut summary = summary();
    summary.payers[0].name = attack.to_owned();
    summary.tables[0].edition = attack.to_owned();
    let page = report_of(&claims, &summary, Format::Html, false);
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
    assert!(!page.contains("<img") && !page.contains('\u{0}') && !page.contains('\u{1b}'));
    // Every mark of it, wherever it stands, is escaped: the rows are still well-formed.
    assert_eq!(crate::same::html_findings(&page).len(), 5);
    assert!(page.matches("&lt;script&gt;alert(1)").count() >= 4 * 3 + 2);
    assert_eq!(page.matches("&lt;/td&gt;&lt;script&gt;").count(), claims[0].1.len());
}

#[test]
fn counts_are_complete_where_the_list_is_not() {
    let page = report(Format::Html, false);
    assert!(page.contains("The list holds the first 3 of 5 findings"), "{page}");
    assert!(
        page.contains("<p class=\"value\">33.3 %</p>") && page.contains("<p class=\"value\">$120.50</p>")
    );
    assert!(page.contains("of $350.00 charged (34.4 %); 1 of the claims at stake without a charge"));
    let mut whole = summary();
    whole.left_out = 0;
    assert!(!report_of(&claims(), &whole, Format::Html, false).contains("left-out"));
}
