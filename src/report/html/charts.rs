//! Findings by rule, provider and payer: tables whose rows have bars.

use std::borrow::Cow;

use super::{Esc, grouped, payer_key};
use crate::engine::{PATIENTS_OF_A_PAYER, Summary};
use crate::report::text::write;
use crate::rule::Severity;

/// Rows of a chart that are shown at once, and rows that can be opened.
const CHART_ROWS: usize = 10;
const CHART_MORE: usize = 200;
/// Stands for the payers that are not named; no key and no rule is called so.
const OTHERS: &str = "others";

pub(super) fn charts(of: &Summary, out: &mut Vec<u8>) {
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
