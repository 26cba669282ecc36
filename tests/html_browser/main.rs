//! The html report in a headless Chromium. Where there is none the test says so and passes; `.ci/run` installs one if it can.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::print_stderr, reason = "tells its figures")]

mod browser;
#[path = "../common/mod.rs"]
mod common;

use std::fmt::Write as _;
use std::path::PathBuf;

use browser::Page;
use common::Folder;
use serde_json::{Value, json};

/// The browser, or a word on why nothing is tested.
fn chromium() -> Option<PathBuf> {
    let found = browser::find();
    if found.is_none() {
        common::say_skipped(
            "no Chromium to open the html report in (apt-get install chromium, or $CHROMIUM)",
        );
    }
    found
}

/// Claims of some practices and payers, two thirds with something to mend. Nobody's.
fn claims(count: usize) -> String {
    const PAYERS: [&str; 6] =
        ["Acme Health", "Blue River <PPO> & Co", "Medicare", "Northwind", "State Medicaid", ""];
    const NPIS: [&str; 4] = ["1234567893", "1000000004", "1000000012", ""];
    const CODES: [&str; 9] =
        ["E11.65", "M54.5", "E11.66", "I10", "S72.001", "Z00.00", "E11", "J06.9", "R05.9"];
    let mut out =
        "claim_id,line,dos_from,pos,procedure,units,charge,dx1,dx2,dx_pointers,billing_npi,payer,patient_id,patient_dob\n".to_owned();
    for n in 0..count {
        let (first, second) = (CODES[n % 9], CODES[(n / 9 + 2) % 9]);
        let pointers = if n % 7 == 0 { "AC" } else { "AB" };
        let (npi, payer) =
            (NPIS[n * n % 4 + usize::from(n % 11 == 0)], PAYERS[n * n % 5 + usize::from(n % 13 == 0)]);
        // Of hardly anybody: not named.
        let payer = if n % 150 == 18 { "SECRET Plan" } else { payer };
        writeln!(
            out,
            "P{:05},1,2026-03-{:02},11,99213,1,{}.{:02},{first},{second},{pointers},{npi},{payer},SECRET{n},1961-07-08",
            n + 1,
            n % 28 + 1,
            80 + n % 400,
            n % 100
        )
        .unwrap();
    }
    out
}

/// Writes the page of so many claims, and returns the summary of the same check.
fn page(folder: &Folder, claims_count: usize, more: &str) -> (PathBuf, Value) {
    folder.write("claims.csv", claims(claims_count));
    let options = "--as-of 2026-11-22 claims.csv";
    let run = folder.run(&format!("check --format html {more} {options} -o report.html"));
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    let json: Value =
        serde_json::from_str(&folder.run(&format!("check --format json {options}")).out).unwrap();
    (folder.path().join("report.html"), json["summary"].clone())
}

const SHOWN: &str = "document.querySelectorAll('#rows tr').length";
const STATUS: &str = "document.getElementById('status').textContent";

/// Types into the search field.
fn find(page: &mut Page, text: &str) {
    let text = json!(text);
    page.eval(&format!("{{ const f = document.getElementById('find'); f.value = {text}; f.dispatchEvent(new Event('input')); }}"));
}

fn choose(page: &mut Page, filter: &str, value: &str) {
    let value = json!(value);
    page.eval(&format!(
        "{{ const s = document.getElementById('by-{filter}'); s.value = {value}; s.dispatchEvent(new Event('change')); }}"
    ));
}

/// The text of a column on the page that is shown.
fn column(page: &mut Page, class: &str) -> Vec<String> {
    let cells = page
        .eval(&format!("Array.from(document.querySelectorAll('#rows td.{class}'), (c) => c.textContent)"));
    cells.as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect()
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

#[test]
fn the_page_counts_filters_sorts_and_explains() {
    let Some(browser) = chromium() else { return };
    let folder = Folder::new();
    let (file, summary) = page(&folder, 300, "");
    let mut page = Page::open(&browser, &folder.path().join("profile"));
    page.screen(1280, 900, false);
    page.media("light");
    page.load(&file);
    page.keep("light.png");

    // Counts are those of the check, and the list is never laid out twice.
    let total: u64 =
        ["error", "warning", "info"].iter().map(|l| summary["findings"][l].as_u64().unwrap()).sum();
    assert_eq!(page.text(STATUS), format!("1\u{2013}50 of {} findings", grouped(total)));
    assert_eq!(page.eval(SHOWN), 50);
    assert_eq!(page.eval("document.getElementById('findings') === null"), true);
    let values = page.text("Array.from(document.querySelectorAll('.value'), (v) => v.textContent).join('|')");
    let at_stake: Vec<String> = vec![summary["charges"]["at_stake"].as_str().unwrap().to_owned()];
    assert!(values.replace(['$', ','], "").contains(&at_stake[0]), "{values}");

    // By rule, provider, payer, level and word.
    for (rule, count) in summary["rules"].as_object().unwrap() {
        choose(&mut page, "rule", rule);
        let status = page.text(STATUS);
        assert!(
            status.contains(&format!("{} findings", grouped(count.as_u64().unwrap()))),
            "{rule}: {status}"
        );
        assert!(column(&mut page, "rule").iter().all(|cell| cell == rule));
    }
    choose(&mut page, "rule", "COD002");
    choose(&mut page, "payer", "Blue River <PPO> & Co");
    let both = page.eval(SHOWN).as_u64().unwrap();
    assert!(both > 0 && column(&mut page, "rule").iter().all(|rule| rule == "COD002"), "{both}");
    choose(&mut page, "level", "info");
    assert_eq!(page.eval("document.getElementById('empty').hidden"), false);
    page.eval("document.getElementById('clear').click()");
    assert_eq!(page.text("document.activeElement.id"), "find");
    find(&mut page, "p00005 s72.001");
    assert!(column(&mut page, "claim").iter().all(|c| c == "P00005") && page.eval(SHOWN) != 0);
    find(&mut page, "e1166");
    assert!(column(&mut page, "codes").iter().all(|c| c.contains("E11.66")) && page.eval(SHOWN) != 0);
    find(&mut page, "secret");
    assert_eq!(page.eval(SHOWN), 0);
    find(&mut page, "");

    // A bar of a chart shows its findings.
    page.eval("document.querySelector('a[data-filter=provider][data-value=\"1000000004\"]').click()");
    assert_eq!(page.text("document.getElementById('by-provider').value"), "1000000004");
    assert!(page.text(STATUS).contains("(of "));
    page.eval("document.querySelector('button[type=reset]').click()");

    // Every payer, also those that are not named.
    let payers = page.eval(
        "Array.from(document.querySelectorAll('a[data-filter=payer]'), (bar) => {
            bar.click();
            const cells = Array.from(bar.closest('tr').cells).slice(2);
            const total = cells.reduce((sum, cell) => sum + Number(cell.textContent.replaceAll(',', '')), 0);
            return [bar.textContent, total, document.getElementById('status').textContent]; })",
    );
    let payers = payers.as_array().unwrap();
    assert!(payers.len() > 4 && payers.iter().any(|of| of[0] == "other payers"), "{payers:?}");
    for of in payers {
        let count = format!("{} findings (of ", grouped(of[1].as_u64().unwrap()));
        assert!(of[2].as_str().unwrap().contains(&count), "{of}");
    }
    page.eval("document.querySelector('button[type=reset]').click()");

    // Sorting, by the button in the heading: upward, downward, as it was.
    let headings = "document.querySelectorAll('#headings th')";
    page.eval(&format!("{headings}[6].firstChild.click()"));
    assert_eq!(page.text(&format!("{headings}[6].getAttribute('aria-sort')")), "ascending");
    let numbers: Vec<f64> = column(&mut page, "charge").iter().map(|c| c.parse().unwrap()).collect();
    assert!(numbers.is_sorted() && numbers[0] < numbers[49]);
    page.eval(&format!("{headings}[6].firstChild.click()"));
    assert_eq!(page.text(&format!("{headings}[6].getAttribute('aria-sort')")), "descending");
    let numbers: Vec<f64> = column(&mut page, "charge").iter().map(|c| c.parse().unwrap()).collect();
    assert!(numbers.iter().rev().is_sorted());
    page.eval(&format!("{headings}[6].firstChild.click()"));
    assert_eq!(column(&mut page, "claim")[0], "P00001");

    // The keyboard alone: to the next heading, the pager, an explanation.
    page.eval("document.getElementById('next').focus()");
    page.press("Enter");
    assert!(page.text(STATUS).starts_with("51\u{2013}"));
    assert_eq!(page.text("document.activeElement.id"), "next");
    page.eval("document.querySelector('.more').focus()");
    page.press(" ");
    assert_eq!(page.text("document.activeElement.getAttribute('aria-expanded')"), "true");
    let why = page.text("document.querySelector('.why').textContent");
    assert!(why.contains("Flags a claim when") && why.contains("Source") && why.contains("Place"), "{why}");
    page.eval("document.querySelector('.why').scrollIntoView({behavior: 'instant', block: 'center'})");
    page.keep("explained.png");
    page.press(" ");
    assert_eq!(page.eval("document.querySelector('.why')"), Value::Null);
    page.eval("document.activeElement.blur(); window.scrollTo(0, 0)");
    page.load(&file);
    page.press("Tab");
    assert_eq!(page.text("document.activeElement.className"), "skip");
    page.press("Enter");
    assert_eq!(page.text("document.activeElement.id"), "list");

    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn the_page_can_be_read_by_everyone() {
    let Some(browser) = chromium() else { return };
    let folder = Folder::new();
    let (file, _) = page(&folder, 60, "");
    let mut page = Page::open(&browser, &folder.path().join("profile"));
    page.screen(1280, 900, false);
    page.load(&file);
    // Every control has a name, every table a caption, every heading of it a scope; ids are there once, and links lead somewhere.
    for (what, expected) in [
        (
            "Array.from(document.querySelectorAll('input, select')).filter((c) => c.labels.length !== 1).length",
            0,
        ),
        ("Array.from(document.querySelectorAll('button')).filter((b) => !b.textContent.trim()).length", 0),
        ("Array.from(document.querySelectorAll('table')).filter((t) => !t.caption).length", 0),
        ("document.querySelectorAll('th:not([scope])').length", 0),
        ("document.querySelectorAll('svg:not([aria-hidden=true])').length", 0),
        ("document.querySelectorAll('main').length", 1),
        ("document.querySelectorAll('h1').length", 1),
        ("document.querySelectorAll('[role=status]').length", 1),
        (
            "(() => { const ids = Array.from(document.querySelectorAll('[id]'), (e) => e.id); return ids.length - new Set(ids).size; })()",
            0,
        ),
        (
            "Array.from(document.querySelectorAll('a[href^=\"#\"]')).filter((a) => !document.getElementById(a.hash.slice(1))).length",
            0,
        ),
        (
            "Array.from(document.querySelectorAll('section')).filter((s) => !document.getElementById(s.getAttribute('aria-labelledby'))).length",
            0,
        ),
    ] {
        assert_eq!(page.eval(what), expected, "{what}");
    }
    // Colours differ enough from what is behind them (WCAG 2.2, 1.4.3), in the light and in the dark.
    let contrast = "(() => {
        const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
            return .2126 * r + .7152 * g + .0722 * b; };
        const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
        let worst = [99, ''];
        for (const e of document.querySelectorAll('p, a, td, th, span, button, label, dt, dd, h1, h2, h3, summary')) {
            if (!e.textContent.trim() || !e.checkVisibility()) continue;
            const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
            const ratio = (a + .05) / (b + .05);
            if (ratio < worst[0]) worst = [ratio, `${e.tagName}.${e.className} ${e.textContent.slice(0, 30)}`];
        }
        return worst;
    })()";
    for scheme in ["light", "dark"] {
        page.media(scheme);
        let worst = page.eval(contrast);
        assert!(worst[0].as_f64().unwrap() >= 4.5, "{scheme}: {worst}");
        let ground = page.text("getComputedStyle(document.body).backgroundColor");
        assert_eq!(ground == "rgb(20, 23, 27)", scheme == "dark", "{ground}");
        page.keep(&format!("{scheme}.png"));
    }
    // On a phone nothing is wider than the screen.
    page.media("light");
    page.screen(360, 740, true);
    assert!(page.eval("document.documentElement.scrollWidth").as_u64().unwrap() <= 360);
    page.keep("phone.png");
    page.eval("document.getElementById('list').scrollIntoView({behavior: 'instant'})");
    page.keep("phone-list.png");
    // On paper the headings stand on every page: not so where there are buttons in them.
    page.screen(1280, 900, false);
    page.call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    let button = "getComputedStyle(document.querySelector('#headings button')).display";
    assert_eq!(page.text(button), "contents");
    page.call("Emulation.setEmulatedMedia", json!({"media": ""}));
    page.keep("print.pdf");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn without_scripts_everything_can_be_read() {
    let Some(browser) = chromium() else { return };
    let folder = Folder::new();
    let (file, summary) = page(&folder, 60, "");
    let mut page = Page::open(&browser, &folder.path().join("profile"));
    page.screen(1280, 900, false);
    page.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    page.load(&file);
    page.keep("no-script.png");
    let total: u64 =
        ["error", "warning", "info"].iter().map(|l| summary["findings"][l].as_u64().unwrap()).sum();
    // The protocol may still look.
    assert_eq!(page.eval("document.querySelectorAll('#findings tbody tr').length"), total);
    assert_eq!(page.eval("document.getElementById('findings').checkVisibility()"), true);
    assert_eq!(page.eval("document.getElementById('work').checkVisibility()"), false);
    // Counts stand above the table, though they are written after it.
    let order = "document.querySelector('main').getBoundingClientRect().top < document.getElementById('findings').getBoundingClientRect().top";
    assert_eq!(page.eval(order), true);
    assert_eq!(page.complaints(), Vec::<String>::new());
}

/// What makes the page quick is that it lays out one page of rows and never the whole list: counted, since a clock tells of the machine.
#[test]
fn ten_thousand_findings_stay_quick() {
    let Some(browser) = chromium() else { return };
    let folder = Folder::new();
    let (file, summary) = page(&folder, 12_000, "--max-findings 10000");
    let left_out = summary["findings"]["error"].as_u64().unwrap()
        + summary["findings"]["warning"].as_u64().unwrap()
        + summary["findings"]["info"].as_u64().unwrap();
    let mut page = Page::open(&browser, &folder.path().join("profile"));
    page.screen(1280, 900, false);
    page.load(&file);
    let size = std::fs::metadata(&file).unwrap().len();
    let listed = page.text(STATUS);
    let note = page.text("document.getElementById('left-out').textContent");
    assert!(note.contains(&format!("of {} findings", grouped(left_out))), "{note}");
    let loaded =
        page.eval("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd").as_f64().unwrap();
    // Rows that are put into the page by each step, and how long the slowest takes.
    let work = "(() => { const f = document.getElementById('find'); const drawn = [], times = [];
        const seen = new MutationObserver(() => {});
        seen.observe(document.body, {childList: true, subtree: true});
        const step = (act) => {
            const start = performance.now(); act(); document.body.offsetHeight; times.push(performance.now() - start);
            const added = seen.takeRecords().flatMap((record) => Array.from(record.addedNodes));
            drawn.push(added.filter((node) => node.nodeName === 'TR').length); };
        for (const text of ['e', 'e1', 'e11', 'm54.5', 'p03', 'header billable', ''])
            step(() => { f.value = text; f.dispatchEvent(new Event('input')); });
        step(() => document.querySelectorAll('#headings button')[2].click());
        return {drawn, slowest: Math.max(...times), elements: document.querySelectorAll('*').length}; })()";
    let work = page.eval(work);
    eprintln!("{listed}, {size} bytes: usable after {loaded:.0} ms, slowest step {} ms", work["slowest"]);
    let drawn: Vec<u64> = work["drawn"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    assert!(drawn.len() == 8 && drawn.iter().all(|&rows| 0 < rows && rows <= 50), "{drawn:?}");
    assert!(work["elements"].as_u64().unwrap() < 2_000, "{work}");
    page.eval("document.getElementById('list').scrollIntoView({behavior: 'instant'})");
    page.keep("ten-thousand.png");
    assert_eq!(page.complaints(), Vec::<String>::new());
}
