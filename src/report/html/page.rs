//! The part of the page that is known last: counts, charts, the empty work list, the rules, what was not evaluated.

use super::charts::charts;
use super::{Esc, grouped};
use crate::Cents;
use crate::engine::{Summary, tenths};
use crate::report::record::UnusedRecord;
use crate::report::rule_page::{list, source};
use crate::report::summary::{percent, reasons, window};
use crate::report::text::write;
use crate::rule::{Rule, Severity};

pub(super) fn main(summary: &Summary, out: &mut Vec<u8>) {
    out.extend_from_slice(
        b"<main>\n<header><h1>Claim check report</h1>\n\
          <p>What to mend before these claims are sent. The file holds all that it shows and asks nothing of any network.</p></header>\n",
    );
    failed(&summary.failed, out);
    figures(summary, out);
    charts(summary, out);
    work_list(summary, out);
    acceptances(summary, out);
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

/// Which files the page says nothing about: before all figures, for these leave them out.
fn failed(errors: &[String], out: &mut Vec<u8>) {
    if errors.is_empty() {
        return;
    }
    out.extend_from_slice(
        b"<section aria-labelledby=\"failed\"><h2 id=\"failed\">Not all files were checked</h2>\n\
          <p>The page leaves out what these hold; check them again before you rely on it.</p>\n<ul class=\"note\">\n",
    );
    for error in errors {
        write(out, format_args!("<li>{}</li>\n", Esc(error)));
    }
    out.extend_from_slice(b"</ul></section>\n");
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
        write(out, format_args!("; {} of the claims at stake without a charge", grouped(charges.unstated)));
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
        write(out, format_args!("; {} accepted, not counted", grouped(of.accepted)));
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

/// What accepts nothing any more, so that it can be taken out of its file.
fn acceptances(of: &Summary, out: &mut Vec<u8>) {
    if of.unused_acceptances.is_empty() {
        return;
    }
    out.extend_from_slice(
        b"<section aria-labelledby=\"unused\"><h2 id=\"unused\">Acceptances that accept nothing</h2>\n\
          <table class=\"plain\"><caption class=\"unseen\">Rows of files of acceptances that can be taken out</caption>\n\
          <thead><tr><th scope=\"col\">Row</th><th scope=\"col\">Rule</th><th scope=\"col\">Claim</th>\
          <th scope=\"col\">Codes</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n",
    );
    for unused in &of.unused_acceptances {
        let record = UnusedRecord::new(unused);
        write(
            out,
            format_args!(
                "<tr><th scope=\"row\">{}:{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                Esc(record.file),
                record.row,
                record.rule,
                // Without a claim it has a fingerprint.
                Esc(record
                    .fingerprint
                    .as_deref()
                    .filter(|_| record.claim_id.is_empty())
                    .unwrap_or(record.claim_id)),
                Esc(&record.codes.join(" ")),
                record.reason,
            ),
        );
    }
    out.extend_from_slice(b"</tbody></table></section>\n");
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
