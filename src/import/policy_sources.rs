//! Coverage policies among the files that are added: the user's own, and those of the Medicare Coverage Database.

use super::content::{Content, delimited};
use super::coverage::{self, Export};
use super::layout::{Draft, Input, Layout, key_part, stem};
use super::source::Source;
use super::{Located, policies};
use crate::error::ImportError;
use crate::table::policies::{PolicyRows, Terms, procedures_named};
use crate::table::{ProcedureRow, ProcedureRows, ProcedureTable, TableKind, Witness};
use crate::{Date, DateRange, Result};

pub(crate) static POLICIES: Layout = Layout {
    id: "policies",
    name: policies::NAME,
    table: TableKind::Policies,
    looks: |content| header(content).is_some_and(|cells| policies::places(&cells).is_some()),
    read: read_policies,
};

pub(crate) static COVERAGE: Layout = Layout {
    id: "coverage",
    name: coverage::NAME,
    table: TableKind::Policies,
    looks: |content| header(content).is_some_and(|cells| coverage::member(&cells).is_some()),
    read: read_coverage,
};

fn header(content: &Content) -> Option<Vec<String>> {
    let first = content.text()?.lines().find(|l| !l.trim().is_empty())?;
    let delimiter =
        [b',', b'\t', b';', b'|'].into_iter().max_by_key(|&d| first.bytes().filter(|&b| b == d).count())?;
    Some(delimited(first, delimiter).ok()?.into_iter().next()?.cells)
}

fn read_policies(input: &Input<'_>) -> Result<Draft, Located> {
    let rows = policies::read(input.content.text().unwrap_or_default(), input.effective)?;
    let terms = || rows.iter().map(|r| &r.terms);
    let from = terms().map(|t| t.window.from).min().unwrap_or(policies::ALWAYS);
    let mut names: Vec<&Terms> = terms().collect();
    names.sort_unstable();
    names.dedup();
    let name = stem(input.names);
    let undated = names.iter().filter(|t| t.window.from == policies::ALWAYS).count();
    let notes = if undated == 0 {
        vec![]
    } else {
        vec![format!("{undated} policies have no first day: they count as in force since ever")]
    };
    Ok(Draft {
        key: format!("policies-{}", key_part(&name)),
        edition: format!("policies {name}"),
        effective: None,
        window: DateRange::since(from),
        variety: None,
        counts: vec![("policies".to_owned(), names.len() as u64), ("rows".to_owned(), rows.len() as u64)],
        rows: policies::write(&rows),
        notes,
    })
}

fn read_coverage(input: &Input<'_>) -> Result<Draft, Located> {
    let (member, rows, count) = coverage::read(input.content.text().unwrap_or_default())?;
    Ok(Draft {
        key: format!("coverage-{}", key_part(member.id)),
        edition: format!("Medicare Coverage Database, {}", member.what),
        effective: input.effective,
        window: DateRange::since(input.effective.unwrap_or(Date::ICD10_START)),
        variety: Some(member.id.to_owned()),
        rows,
        counts: vec![(member.what.to_owned(), count)],
        notes: vec![],
    })
}

/// All policies of the sources; `None` if none contributes.
pub(crate) fn rows<'a>(sources: impl Iterator<Item = &'a Source>) -> Result<Option<PolicyRows>> {
    let mut out = PolicyRows::default();
    let mut export = Export::default();
    for source in sources.filter(|s| s.layout.table == TableKind::Policies) {
        if source.layout.id == POLICIES.id {
            let rows = policies::read(&source.rows, None).map_err(|e| source.error(e))?;
            policies::gather(&rows, &mut out);
        } else {
            let id = source.variety.as_deref().unwrap_or_default();
            let unknown = || ImportError::Container(format!("no file of the export is called {id}"));
            let member = coverage::member_named(id).ok_or_else(|| source.error((None, unknown())))?;
            export.add(member, &source.rows);
        }
        out.sources.push(source.digest());
    }
    export.join(&mut out);
    out.sources.sort_by(|a, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    Ok((!out.policies.is_empty()).then_some(out))
}

/// Adds to the procedures every code that policies name one by one, so that one index serves all tables.
pub(crate) fn name_codes(policies: &PolicyRows, rows: &mut ProcedureRows) {
    for code in procedures_named(policies) {
        let named = || ProcedureRow { witness: Witness::Named, ..ProcedureRow::default() };
        rows.codes.entry(code.to_string()).or_insert_with(named);
    }
    if rows.window.is_none() && !rows.codes.is_empty() {
        rows.window = Some(DateRange { from: ProcedureTable::UNKNOWN_START, to: Date::MAX });
        rows.edition = "codes that policies name; no list of codes was added".to_owned();
    }
}
