//! The part of the page that is known last: counts, charts, the empty work list, the rules, what was not evaluated.

use std::borrow::Cow;

use super::{Esc, payer_key};
use crate::Cents;
use crate::engine::{PATIENTS_OF_A_PAYER, Summary, tenths};
use crate::report::rule_page::{list, source};
use crate::report::summary::{percent, reasons, window};
use crate::report::text::write;
use crate::rule::{Rule, Severity};

/// Rows of a chart that are shown at once, and rows that can be opened.
const CHART_ROWS: usize = 10;
const CHART_MORE: usize = 200;
/// Stands for the payers that are not named; no key and no rule is called so.
const OTHERS: &str = "others";

pub(super) fn main(summary: &Summary, out: &mut Vec<u8>) {
    out.extend_from_slice(
        b"<main>\n<header><h1>Claim check report</h1>\n\
          <p>What to mend before these claims are sent. The file holds all that it shows and asks nothing of any network.</p></header>\n",
    );
    figures(summary, out);
    charts(summary, out);
    work_list(summary, out);
    not_evaluated(summary, out);
    rules(summary, out);
    tables(summary, out);
    write(
        out,
        format_args!(
            "<footer><p>Made by {} {}. Claims are named by their ids; codes, dates and charges stand as the file has them.</p></footer>\n</main>\n",
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION")
        ),
    );
}

/// The figures that a manager reads.
fn figures(of: &Summary, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<section aria-labelledby=\"figures\"><h2 id=\"figures\">At a glance</h2>\n<div class=\"figures\">\n");
    let rate = of.clean_rate();
    figure(out, "Clean-claim rate", &rate.map_or_else(|| "\u{2013}".to_owned(), percent), rate, "good");
    write(
        out,
        format_args!(
            "<p>{} of {} claims have no {}</p></div>\n",
            grouped(of.clean_claims),
            grouped(of.claims),
            match of.fail_on {
                Severity::Error => "error",
                Severity::Warning => "error or warning",
                Severity::Info => "finding",
            }
        ),
    );
    let charges = &of.charges;
    let parts = (u64::try_from(charges.at_stake.0), u64::try_from(charges.billed.0));
    let part = if let (Ok(part), Ok(whole)) = parts { tenths(part, whole) } else { None };
    figure(out, "Charges at stake", &dollars(charges.at_stake), part, "bad");
    write(out, format_args!("<p>of {} charged", dollars(charges.billed)));
    if let Some(part) = part {
        write(out, format_args!(" ({})", percent(part)));
    }
    if charges.unstated > 0 {
        write(out, format_args!("; {} claims at stake state no charge", grouped(charges.unstated)));
    }
    out.extend_from_slice(b"</p></div>\n");
    figure(out, "Findings", &grouped(of.total()), None, "");
    out.extend_from_slice(b"<p>");
    for (i, severity) in Severity::ALL.into_iter().rev().enumerate() {
        let count = of.count(severity);
        let s = if count == 1 || severity == Severity::Info { "" } else { "s" };
        let comma = if i > 0 { ", " } else { "" };
        write(out, format_args!("{comma}{} {severity}{s}", grouped(count)));
    }
    if of.accepted > 0 {
        write(out, format_args!("; {} accepted are not counted", grouped(of.accepted)));
    }
    out.extend_from_slice(b"</p></div>\n");
    figure(out, "Checked", &grouped(of.claims), None, "");
    write(out, format_args!("<p>claims with {} lines</p></div>\n</div></section>\n", grouped(of.lines)));
}

/// Opens a figure; its explanation and its end follow.
fn figure(out: &mut Vec<u8>, title: &str, value: &str, part: Option<u16>, class: &str) {
    write(out, format_args!("<div class=\"figure\"><h3>{title}</h3>\n<p class=\"value\">{value}</p>\n"));
    if let Some(part) = part {
        write(
            out,
            format_args!(
                "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
                 <rect class=\"rest\" width=\"1000\" height=\"10\"/><rect class=\"{class}\" width=\"{part}\" height=\"10\"/></svg>\n"
            ),
        );
    }
}

fn charts(of: &Summary, out: &mut Vec<u8>) {
    let mut rules: Vec<Bar<'_>> =
        (of.rules.iter()).map(|r| Bar { name: r.rule.name, ..Bar::new(r.rule.id, r.counts) }).collect();
    rules.sort_by_key(|bar| std::cmp::Reverse(bar.total()));
    let providers: Vec<Bar<'_>> = of.providers.iter().map(|npi| Bar::new(&npi.name, npi.counts)).collect();
    out.extend_from_slice(b"<section aria-labelledby=\"charts\"><h2 id=\"charts\">Where the findings are</h2>\n<div class=\"charts\">\n");
    chart(out, "rule", "Findings by rule", &rules);
    chart(out, "provider", "Findings by provider (NPI)", &providers);
    chart(out, "payer", "Findings by payer", &payers(of));
    out.extend_from_slice(b"</div></section>\n");
}

/// The payers that are named; the others together, last.
fn payers(of: &Summary) -> Vec<Bar<'_>> {
    let key = |name: &str| if name.is_empty() { String::new() } else { payer_key(name) };
    let named = of
        .payers
        .iter()
        .map(|payer| Bar { value: key(&payer.name).into(), ..Bar::new(&payer.name, payer.counts) });
    let others = Bar { value: OTHERS.into(), ..Bar::new("other payers", of.other_payers) };
    named.chain((others.total() > 0).then_some(others)).collect()
}

/// A row of a chart.
struct Bar<'a> {
    /// What the script filters by.
    value: Cow<'a, str>,
    /// What is shown; empty where nothing is stated.
    label: &'a str,
    /// What is said beside it.
    name: &'a str,
    counts: [u64; 3],
}

impl<'a> Bar<'a> {
    fn new(label: &'a str, counts: [u64; 3]) -> Bar<'a> {
        Bar { value: label.into(), label, name: "", counts }
    }

    fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// A table whose rows have bars: what is drawn can also be read.
fn chart(out: &mut Vec<u8>, filter: &str, title: &str, bars: &[Bar<'_>]) {
    write(out, format_args!("<div class=\"chart\"><h3>{title}</h3>\n"));
    let longest = bars.iter().map(Bar::total).max().unwrap_or(0).max(1);
    // Without a provider or payer on any claim there is nothing to tell apart.
    if bars.iter().all(|bar| bar.label.is_empty()) {
        write(out, format_args!("<p class=\"none\">No {filter} to show.</p></div>\n"));
        return;
    }
    let (first, more) = bars.split_at(bars.len().min(CHART_ROWS));
    chart_table(out, filter, title, first, longest);
    if !more.is_empty() {
        let shown = &more[..more.len().min(CHART_MORE)];
        write(out, format_args!("<details><summary>{} more</summary>\n", grouped(more.len() as u64)));
        chart_table(out, filter, &format!("{title}, continued"), shown, longest);
        let hidden = &more[shown.len()..];
        if !hidden.is_empty() {
            let findings: u64 = hidden.iter().map(Bar::total).sum();
            write(
                out,
                format_args!(
                    "<p class=\"none\">and {} others with {} findings</p>\n",
                    grouped(hidden.len() as u64),
                    grouped(findings)
                ),
            );
        }
        out.extend_from_slice(b"</details>\n");
    }
    if bars.iter().any(|bar| bar.value == OTHERS) {
        write(
            out,
            format_args!(
                "<p class=\"none\">Other payers have fewer than {PATIENTS_OF_A_PAYER} patients here; they are not named, for it may be \
                 a patient's name that stands in the payer's column.</p>\n"
            ),
        );
    }
    out.extend_from_slice(b"</div>\n");
}

fn chart_table(out: &mut Vec<u8>, filter: &str, title: &str, bars: &[Bar<'_>], longest: u64) {
    write(
        out,
        format_args!(
            "<table><caption class=\"unseen\">{title}</caption>\n<thead><tr><th scope=\"col\">{}</th>\
             <th scope=\"col\"><span class=\"unseen\">Share</span></th><th scope=\"col\">Errors</th>\
             <th scope=\"col\">Warnings</th><th scope=\"col\">Info</th></tr></thead>\n<tbody>\n",
            match filter {
                "rule" => "Rule",
                "provider" => "Provider",
                _ => "Payer",
            }
        ),
    );
    for bar in bars {
        let value = Esc(&bar.value);
        let label = if bar.label.is_empty() { "none stated" } else { bar.label };
        write(
            out,
            format_args!(
                "<tr><th scope=\"row\"><a href=\"#list\" data-filter=\"{filter}\" data-value=\"{value}\">{}</a>",
                Esc(label)
            ),
        );
        if !bar.name.is_empty() {
            write(out, format_args!(" <span>{}</span>", Esc(bar.name)));
        }
        out.extend_from_slice(
            b"</th><td><svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
        );
        let mut x = 0;
        for severity in Severity::ALL.into_iter().rev() {
            let count = bar.counts[severity as usize];
            let width = u128::from(count) * 1000 / u128::from(longest);
            if width > 0 {
                write(
                    out,
                    format_args!("<rect class=\"{severity}\" x=\"{x}\" width=\"{width}\" height=\"10\"/>"),
                );
            }
            x += width;
        }
        out.extend_from_slice(b"</svg></td>");
        for severity in Severity::ALL.into_iter().rev() {
            match bar.counts[severity as usize] {
                0 => out.extend_from_slice(b"<td></td>"),
                count => write(out, format_args!("<td>{}</td>", grouped(count))),
            }
        }
        out.extend_from_slice(b"</tr>\n");
    }
    out.extend_from_slice(b"</tbody></table>\n");
}

/// The controls and an empty table; the script fills both.
fn work_list(of: &Summary, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<section id=\"list\" tabindex=\"-1\" aria-labelledby=\"list-title\"><h2 id=\"list-title\">Work list</h2>\n");
    if of.left_out > 0 {
        write(
            out,
            format_args!(
                "<p class=\"note\" id=\"left-out\">The list holds the first {} of {} findings, so that the page stays quick. The counts above are \
                 complete. <code>--max-findings</code> sets how many are listed.</p>\n",
                grouped(of.total().saturating_sub(of.left_out)),
                grouped(of.total())
            ),
        );
    }
    out.extend_from_slice(include_bytes!("work_list.html"));
    out.extend_from_slice(b"</section>\n");
}

/// What was not checked is never a pass.
fn not_evaluated(of: &Summary, out: &mut Vec<u8>) {
    if of.not_evaluated.is_empty() {
        return;
    }
    out.extend_from_slice(
        b"<section aria-labelledby=\"gaps\"><h2 id=\"gaps\">Not evaluated</h2>\n<p>What could not be checked is not a pass.</p>\n\
          <table class=\"plain\"><caption class=\"unseen\">Why rules could not be evaluated</caption>\n\
          <thead><tr><th scope=\"col\">Reason</th><th scope=\"col\">Rules</th><th scope=\"col\">Lines</th></tr></thead>\n<tbody>\n",
    );
    for reason in reasons(&of.not_evaluated) {
        write(
            out,
            format_args!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"number\">{}</td></tr>\n",
                Esc(&reason.why.to_string()),
                list(reason.rules.iter().map(|rule| rule.id)),
                reason.lines(),
            ),
        );
    }
    out.extend_from_slice(b"</tbody></table></section>\n");
}

/// Each rule that has findings, once.
fn rules(of: &Summary, out: &mut Vec<u8>) {
    if of.rules.is_empty() {
        return;
    }
    out.extend_from_slice(
        b"<section aria-labelledby=\"rules\"><h2 id=\"rules\">The rules, explained</h2>\n<div class=\"rules\">\n",
    );
    for count in &of.rules {
        rule(of, count.rule, out);
    }
    out.extend_from_slice(b"</div></section>\n");
}

fn rule(of: &Summary, rule: &Rule, out: &mut Vec<u8>) {
    write(
        out,
        format_args!(
            "<article id=\"{id}\" data-name=\"{name}\"><h3>{id} <span>{name}</span></h3>\n\
             <div class=\"about\"><p>Flags a claim when {}. {}</p>\n<dl>\n<div><dt>What to do</dt><dd class=\"fix\">{}</dd></div>\n\
             <div><dt>Source</dt><dd class=\"source\">",
            Esc(rule.summary),
            Esc(rule.why),
            Esc(rule.fix),
            id = rule.id,
            name = rule.name,
        ),
    );
    match rule.citation.url {
        "" => write(out, format_args!("{}", Esc(&source(rule)))),
        url => {
            write(out, format_args!("<a href=\"{}\" rel=\"noreferrer\">{}</a>", Esc(url), Esc(&source(rule))))
        }
    }
    out.extend_from_slice(b"</dd></div>\n");
    let edition = rule.needs.first().and_then(|kind| of.tables.iter().find(|table| table.kind == *kind));
    if let Some(table) = edition {
        write(
            out,
            format_args!("<div><dt>Edition</dt><dd class=\"edition\">{}</dd></div>\n", Esc(&table.edition)),
        );
    }
    if !rule.carc.is_empty() {
        write(
            out,
            format_args!(
                "<div><dt>Likely adjustment reason (CARC)</dt><dd class=\"carc\">{}</dd></div>\n",
                list(rule.carc)
            ),
        );
    }
    out.extend_from_slice(b"</dl></div></article>\n");
}

fn tables(of: &Summary, out: &mut Vec<u8>) {
    if of.tables.is_empty() {
        return;
    }
    out.extend_from_slice(
        b"<section aria-labelledby=\"tables\"><h2 id=\"tables\">Tables used</h2>\n\
          <table class=\"plain\"><caption class=\"unseen\">Tables against which the claims were checked</caption>\n\
          <thead><tr><th scope=\"col\">Table</th><th scope=\"col\">Edition</th><th scope=\"col\">Stands for</th></tr></thead>\n<tbody>\n",
    );
    for table in &of.tables {
        write(
            out,
            format_args!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
                Esc(table.kind.title()),
                Esc(&table.edition),
                Esc(&window(table))
            ),
        );
    }
    out.extend_from_slice(b"</tbody></table></section>\n");
}

/// `12,345`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.char_indices() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `$12,345.60`.
fn dollars(of: Cents) -> String {
    let amount = of.0.unsigned_abs();
    format!("{}${}.{:02}", if of.0 < 0 { "-" } else { "" }, grouped(amount / 100), amount % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let all: Vec<String> = [0, 12, 999, 1000, 123_456, 1_234_567].into_iter().map(grouped).collect();
        assert_eq!(all, ["0", "12", "999", "1,000", "123,456", "1,234,567"]);
        assert_eq!(dollars(Cents(12_345_605)), "$123,456.05");
        assert_eq!(dollars(Cents(-5)), "-$0.05");
    }
}
