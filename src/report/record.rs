//! What the machine formats say, in one place, so that they say the same.

use std::fmt;

use serde::ser::{SerializeMap, Serializer};

use super::Checked;
use crate::accept::Unused;
use crate::claim::Field;
use crate::code::CodeText;
use crate::engine::{ProfileUse, RuleCount, Summary, TableUse, UnusedAcceptance};
use crate::rule::{Finding, Rule, Severity};
use crate::table::Tables;
use crate::{Cents, Why};

/// A finding as it is written.
#[derive(serde::Serialize)]
pub(super) struct FindingRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'static str>,
    pub(super) file: &'a str,
    pub(super) row: u64,
    pub(super) claim_id: &'a str,
    pub(super) line: Option<u32>,
    pub(super) rule: &'static str,
    pub(super) name: &'static str,
    pub(super) severity: Severity,
    pub(super) field: Field,
    pub(super) codes: &'a [CodeText],
    pub(super) message: &'a str,
    pub(super) help: &'a str,
    pub(super) citation: CitationRecord<'a>,
    pub(super) carc: &'static [u16],
    #[serde(skip_serializing_if = "is_false")]
    pub(super) stale: bool,
}

/// Its source.
#[derive(serde::Serialize)]
pub(super) struct CitationRecord<'a> {
    pub(super) title: &'static str,
    pub(super) section: &'static str,
    pub(super) edition: &'a str,
    pub(super) url: &'static str,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
fn is_false(it: &bool) -> bool {
    !it
}

impl<'a> FindingRecord<'a> {
    pub(super) fn new(
        of: &Checked<'a>,
        finding: &'a Finding,
        kind: Option<&'static str>,
    ) -> FindingRecord<'a> {
        let rule = finding.rule;
        FindingRecord {
            kind,
            file: of.file,
            row: finding.row,
            claim_id: &of.claim.id,
            line: finding.line.and_then(|at| of.claim.lines.get(at)).map(|line| line.number),
            rule: rule.id,
            name: rule.name,
            severity: finding.severity,
            field: finding.field,
            codes: &finding.codes,
            message: &finding.message,
            help: finding.advice(),
            citation: CitationRecord {
                title: rule.citation.title,
                section: rule.citation.section,
                edition: edition(finding, of.tables),
                url: rule.citation.url,
            },
            carc: rule.carc,
            stale: finding.stale.is_some(),
        }
    }
}

/// The edition on which a finding rests: its own, or that of the first table its rule needs; empty if it needs none.
pub(super) fn edition<'a>(finding: &'a Finding, tables: &'a Tables) -> &'a str {
    if let Some(edition) = &finding.edition {
        return edition;
    }
    let first = finding.rule.needs.first();
    first.and_then(|&kind| tables.description(kind)).map_or("", |d| d.edition.as_str())
}

/// The end of a report as it is written.
#[derive(serde::Serialize)]
pub(super) struct SummaryRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    fail_on: Severity,
    claims: u64,
    clean_claims: u64,
    charges: ChargesRecord,
    lines: u64,
    left_out: u64,
    findings: BySeverity,
    accepted: u64,
    unused_acceptances: Vec<UnusedRecord<'a>>,
    other_acceptances: u64,
    failed: &'a [String],
    profiles: &'a [ProfileUse],
    chosen: &'a [&'static str],
    #[serde(serialize_with = "rules_by_id")]
    rules: &'a [RuleCount],
    not_evaluated: Vec<Gap>,
    tables: &'a [TableUse],
}

/// Amounts are texts with two digits after the point: no reader may round them.
#[derive(serde::Serialize)]
struct ChargesRecord {
    billed: Cents,
    at_stake: Cents,
    unstated: u64,
}

#[derive(serde::Serialize)]
struct BySeverity {
    error: u64,
    warning: u64,
    info: u64,
}

/// An acceptance that accepts nothing any more.
#[derive(serde::Serialize)]
pub(super) struct UnusedRecord<'a> {
    pub(super) file: &'a str,
    pub(super) row: u64,
    pub(super) rule: &'static str,
    pub(super) claim_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<String>,
    pub(super) codes: &'a [String],
    #[serde(serialize_with = "as_text")]
    pub(super) reason: Unused,
}

impl<'a> UnusedRecord<'a> {
    pub(super) fn new(of: &'a UnusedAcceptance) -> UnusedRecord<'a> {
        let acceptance = &of.acceptance;
        UnusedRecord {
            file: &acceptance.file,
            row: acceptance.row,
            rule: acceptance.rule.id,
            claim_id: &acceptance.claim,
            fingerprint: acceptance.fingerprint.map(|mark| mark.to_string()),
            codes: &acceptance.codes,
            reason: of.why,
        }
    }
}

#[derive(serde::Serialize)]
struct Gap {
    rule: &'static str,
    #[serde(serialize_with = "as_text")]
    reason: Why,
    lines: u64,
}

fn as_text<S: Serializer>(it: &impl fmt::Display, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(it)
}

fn rules_by_id<S: Serializer>(rules: &&[RuleCount], s: S) -> Result<S::Ok, S::Error> {
    let mut map = s.serialize_map(Some(rules.len()))?;
    for rule in *rules {
        map.serialize_entry(rule.rule.id, &rule.total())?;
    }
    map.end()
}

impl<'a> SummaryRecord<'a> {
    pub(super) fn new(of: &'a Summary, kind: Option<&'static str>) -> SummaryRecord<'a> {
        let gap = |g: &crate::rule::NotEvaluated| Gap { rule: g.rule.id, reason: g.why, lines: g.lines };
        SummaryRecord {
            kind,
            fail_on: of.fail_on,
            claims: of.claims,
            clean_claims: of.clean_claims,
            charges: ChargesRecord {
                billed: of.charges.billed,
                at_stake: of.charges.at_stake,
                unstated: of.charges.unstated,
            },
            lines: of.lines,
            left_out: of.left_out,
            findings: BySeverity {
                error: of.count(Severity::Error),
                warning: of.count(Severity::Warning),
                info: of.count(Severity::Info),
            },
            accepted: of.accepted,
            unused_acceptances: of.unused_acceptances.iter().map(UnusedRecord::new).collect(),
            other_acceptances: of.other_acceptances,
            failed: &of.failed,
            profiles: &of.profiles,
            chosen: &of.chosen,
            rules: &of.rules,
            not_evaluated: of.not_evaluated.iter().map(gap).collect(),
            tables: &of.tables,
        }
    }
}

/// Appends JSON. Writing to memory cannot fail, and no record has keys that are not text.
pub(super) fn json(out: &mut Vec<u8>, record: &impl serde::Serialize) {
    let written = serde_json::to_writer(out, record);
    debug_assert!(written.is_ok(), "{written:?}");
}

/// A rule as `rules --format json` writes it.
#[derive(serde::Serialize)]
pub(super) struct RuleRecord {
    id: &'static str,
    name: &'static str,
    family: &'static str,
    severity: Severity,
    status: &'static str,
    since: Option<&'static str>,
    summary: &'static str,
    why: &'static str,
    fix: &'static str,
    citation: RuleCitation,
    carc: &'static [u16],
    needs: Vec<&'static str>,
    reads: &'static [Field],
    fails: &'static [&'static str],
    passes: &'static [&'static str],
}

#[derive(serde::Serialize)]
struct RuleCitation {
    title: &'static str,
    section: &'static str,
    url: &'static str,
}

impl RuleRecord {
    pub(super) fn new(rule: &Rule) -> RuleRecord {
        let (status, since) = super::rule_page::status(rule);
        RuleRecord {
            id: rule.id,
            name: rule.name,
            family: rule.family(),
            severity: rule.severity,
            status,
            since,
            summary: rule.summary,
            why: rule.why,
            fix: rule.fix,
            citation: RuleCitation {
                title: rule.citation.title,
                section: rule.citation.section,
                url: rule.citation.url,
            },
            carc: rule.carc,
            needs: rule.needs.iter().map(|kind| kind.name()).collect(),
            reads: rule.reads,
            fails: rule.fails,
            passes: rule.passes,
        }
    }
}
