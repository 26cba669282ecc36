//! The layouts of NCCI's edits and of the fee schedule, and the packs made from them: all over one index of procedures.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{Content, Row};
use super::layout::{Draft, Input, Layout, key_part};
use super::source::Source;
use super::{Located, addon, fees, mue, ptp, quarter};
use crate::code::{Procedure, ProcedureKind};
use crate::error::ImportError;
use crate::table::{
    AddOnRow, CodeIndex, Cover, Description, FeeRows, MueRows, Pack, ProcedureRow, ProcedureRows,
    ProcedureTable, PtpRows, Setting, SourceFile, TableKind, Witness, build_add_ons,
};
use crate::{Date, DateRange, Result};

pub(crate) static PTP: Layout = Layout {
    id: "ncci-ptp",
    name: ptp::LAYOUT,
    table: TableKind::PtpPractitioner,
    looks: |content| match content {
        Content::Text(text) => ptp::looks(text.lines().map(|line| {
            let mut fields = line.split('\t');
            (fields.next().unwrap_or_default(), fields.next().unwrap_or_default())
        })),
        Content::Sheets(sheets) => ptp::looks(sheets.iter().flatten().map(|r| (r.get(0), r.get(1)))),
        Content::Other(_) => false,
    },
    read: read_ptp,
};

pub(crate) static MUE: Layout = Layout {
    id: "ncci-mue",
    name: mue::LAYOUT,
    table: TableKind::MuePractitioner,
    looks: |content| match content {
        Content::Text(text) => {
            let mut found = false;
            // The notice before the header may be long, but not that long.
            let end = (0..=(1 << 14).min(text.len())).rev().find(|&at| text.is_char_boundary(at));
            let head = &text[..end.unwrap_or(0)];
            let _ = csv_rows(mue::LAYOUT, head, |_, fields| {
                found |= mue::header(fields).is_some();
                Ok(())
            });
            found
        }
        Content::Sheets(sheets) => first(sheets).any(|r| mue::header(&cells(r)).is_some()),
        Content::Other(_) => false,
    },
    read: read_mue,
};

pub(crate) static ADD_ONS: Layout = Layout {
    id: "ncci-add-on-codes",
    name: addon::LAYOUT,
    table: TableKind::AddOns,
    looks: |content| match content {
        Content::Text(text) => {
            text.lines().take(30).any(|l| addon::is_header(&l.split('\t').collect::<Vec<_>>()))
        }
        Content::Sheets(sheets) => first(sheets).any(|r| addon::is_header(&cells(r))),
        Content::Other(_) => false,
    },
    read: read_add_ons,
};

pub(crate) static FEES: Layout = Layout {
    id: "fee-schedule",
    name: fees::LAYOUT,
    table: TableKind::Fees,
    looks: |content| match content {
        Content::Text(text) => {
            text.lines().take(30).any(|l| fees::is_header(&l.split(',').collect::<Vec<_>>()))
        }
        Content::Sheets(sheets) => first(sheets).any(|r| fees::is_header(&cells(r))),
        Content::Other(_) => false,
    },
    read: read_fees,
};

fn first(sheets: &[Vec<Row>]) -> impl Iterator<Item = &Row> {
    sheets.iter().flat_map(|s| s.iter().take(30))
}

fn cells(row: &Row) -> Vec<&str> {
    row.cells.iter().map(String::as_str).collect()
}

/// Calls with every record of a comma separated text and the line on which it begins.
fn csv_rows(
    layout: &'static str,
    text: &str,
    mut each: impl FnMut(u64, &[&str]) -> Result<(), Located>,
) -> Result<(), Located> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        let failed = |e: csv::Error| {
            let at = e.position().map_or(line, csv::Position::line);
            super::layout::row_error(layout, at, "a csv record", &e.to_string())
        };
        if !reader.read_record(&mut record).map_err(failed)? {
            return Ok(());
        }
        let line = record.position().map_or(line, csv::Position::line);
        each(line, &record.iter().collect::<Vec<_>>())?;
    }
}

/// Calls with every row of a content; of a workbook, the sheet that has the header.
fn each_row(
    layout: &'static str,
    content: &Content,
    delimiter: char,
    is_header: impl Fn(&[&str]) -> bool,
    mut each: impl FnMut(u64, &[&str]) -> Result<(), Located>,
) -> Result<(), Located> {
    match content {
        Content::Text(text) if delimiter == ',' => csv_rows(layout, text, each),
        Content::Text(text) => (text.lines().zip(1..))
            .try_for_each(|(line, n)| each(n, &line.split(delimiter).collect::<Vec<_>>())),
        Content::Sheets(sheets) => {
            let sheet = sheets.iter().find(|s| s.iter().take(30).any(|r| is_header(&cells(r))));
            sheet.into_iter().flatten().try_for_each(|row| each(row.line, &cells(row)))
        }
        Content::Other(_) => Ok(()),
    }
}

fn read_ptp(input: &Input<'_>) -> Result<Draft, Located> {
    let unknown = || (None, ImportError::NoSetting { layout: ptp::LAYOUT });
    let setting = input.setting.or_else(|| ptp::setting_of_names(input.names)).ok_or_else(unknown)?;
    let rows = match input.content {
        Content::Text(text) => ptp::Parser::text(text)?,
        other => {
            let mut parser = ptp::Parser::default();
            each_row(
                ptp::LAYOUT,
                other,
                '\t',
                |f| ptp::looks(f.iter().copied().zip(f.iter().copied().skip(1)).take(1)),
                |n, f| {
                    // A sheet's rows are as wide as its widest.
                    let end = f.iter().rposition(|c| !c.is_empty()).map_or(0, |at| at + 1);
                    parser.row(n, &f[..f.len().min(end.max(7))])
                },
            )?;
            parser.finish()?
        }
    };
    let effective = input.effective.or_else(|| quarter::of_names(input.names));
    let effective = effective.or_else(|| ptp::quarter_of_rows(&rows)).unwrap_or(FIRST_PTP);
    let effective = quarter::around(effective).from;
    let part = input.names.iter().find_map(|n| ptp::part_of_name(n));
    let oldest = rows.edits.iter().map(|e| e.window.from).min().unwrap_or(FIRST_PTP);
    let window = DateRange { from: oldest.min(FIRST_PTP), to: quarter::around(effective).to };
    let kind = TableKind::ptp(setting);
    let part_key = part.map_or_else(String::new, |p| format!("-f{p}"));
    let part_name = part.map_or_else(String::new, |p| format!(", part f{p}"));
    Ok(Draft {
        key: format!("{}-{}{part_key}", kind.name(), quarter::key(effective)),
        edition: format!("{}, {}{part_name}", kind.title(), quarter::label(effective)),
        effective: Some(effective),
        window,
        variety: Some(variety(setting, part)),
        counts: vec![
            ("edits".to_owned(), rows.pairs.len() as u64),
            ("codes".to_owned(), rows.codes.len() as u64),
        ],
        rows: ptp::write(&rows),
        notes: vec![],
    })
}

/// Edits that were in force when the tables began.
const FIRST_PTP: Date = Date::constant(1996, 1, 1);

fn setting_key(setting: Setting) -> &'static str {
    match setting {
        Setting::Practitioner => "practitioner",
        Setting::Hospital => "hospital",
        Setting::Supplier => "supplier",
    }
}

fn variety(setting: Setting, part: Option<u8>) -> String {
    let key = setting_key(setting);
    part.map_or_else(|| key.to_owned(), |p| format!("{key} f{p}"))
}

/// The table to which a source contributes: that of its layout, or of its setting.
pub(crate) fn table_of(layout: &Layout, variety: Option<&str>) -> TableKind {
    let setting = variety.and_then(|v| v.split(' ').next());
    match (layout.id, setting) {
        ("ncci-ptp", Some("hospital")) => TableKind::PtpHospital,
        ("ncci-mue", Some("hospital")) => TableKind::MueHospital,
        ("ncci-mue", Some("supplier")) => TableKind::MueSupplier,
        _ => layout.table,
    }
}

fn read_mue(input: &Input<'_>) -> Result<Draft, Located> {
    let mut parser = mue::Parser::default();
    each_row(mue::LAYOUT, input.content, ',', |f| mue::header(f).is_some(), |n, f| parser.row(n, f))?;
    let (setting, rows) = parser.finish()?;
    let effective = input.effective.or_else(|| quarter::effective_of_names(input.names));
    let effective = effective.ok_or((None, ImportError::NoDate { layout: mue::LAYOUT }))?;
    let kind = TableKind::mue(setting);
    Ok(Draft {
        key: format!("{}-{}", kind.name(), quarter::key(effective)),
        edition: format!("{}, {}", kind.title(), quarter::label(effective)),
        effective: Some(effective),
        window: DateRange { from: effective, to: quarter::around(effective).to },
        variety: Some(variety(setting, None)),
        counts: vec![("limits".to_owned(), rows.len() as u64)],
        rows: mue::write(&rows),
        notes: vec![],
    })
}

fn read_add_ons(input: &Input<'_>) -> Result<Draft, Located> {
    let mut parser = addon::Parser::default();
    each_row(addon::LAYOUT, input.content, '\t', addon::is_header, |n, f| parser.row(n, f))?;
    let rows = parser.finish()?;
    let last = rows.iter().map(|r| r.window.from).max();
    let effective = input.effective.or_else(|| quarter::of_names(input.names)).or(last);
    let effective = effective.ok_or((None, ImportError::NoDate { layout: addon::LAYOUT }))?;
    let effective = quarter::around(effective).from;
    let from = rows.iter().map(|r| r.window.from).min().unwrap_or(effective).min(effective);
    let add_ons: BTreeSet<Procedure> = rows.iter().map(|r| r.add_on).collect();
    Ok(Draft {
        key: format!("add-ons-{}", quarter::key(effective)),
        edition: format!("NCCI add-on codes, {}", quarter::label(effective)),
        effective: Some(effective),
        window: DateRange { from, to: quarter::around(effective).to },
        variety: None,
        counts: vec![
            ("pairs".to_owned(), rows.len() as u64),
            ("add-on codes".to_owned(), add_ons.len() as u64),
        ],
        rows: addon::write(&rows),
        notes: vec![],
    })
}

fn read_fees(input: &Input<'_>) -> Result<Draft, Located> {
    let mut parser = fees::Parser::default();
    each_row(fees::LAYOUT, input.content, ',', fees::is_header, |n, f| parser.row(n, f))?;
    let release = parser.finish()?;
    let effective = input.effective.or(release.effective);
    let effective = effective.ok_or((None, ImportError::NoDate { layout: fees::LAYOUT }))?;
    Ok(Draft {
        key: format!("fees-{}", key_part(&effective.to_string())),
        edition: release.title,
        effective: Some(effective),
        window: DateRange { from: effective, to: Date::new(effective.year(), 12, 31).unwrap_or(Date::MAX) },
        variety: None,
        counts: vec![("rows".to_owned(), release.rows.len() as u64)],
        rows: fees::write(&release.rows),
        notes: vec![],
    })
}

/// The rows of all sources of edits, read once for all packs.
#[derive(Default)]
pub(crate) struct Edits {
    pub(super) ptp: BTreeMap<TableKind, PtpRows>,
    pub(super) mue: BTreeMap<TableKind, Vec<MueRows>>,
    pub(super) add_ons: Vec<AddOnRow>,
    pub(super) fees: Vec<FeeRows>,
    files: BTreeMap<TableKind, Vec<SourceFile>>,
    about: BTreeMap<TableKind, (String, DateRange)>,
}

impl Edits {
    /// Reads the sources. Of pair edits and add-on codes, each of whose editions holds all of history, the newest counts; unit limits
    /// and fee schedules are kept side by side.
    pub(crate) fn of<'a>(sources: impl Iterator<Item = &'a Source>) -> Result<Edits> {
        let mut out = Edits::default();
        let mut groups: BTreeMap<TableKind, Vec<&Source>> = BTreeMap::new();
        for source in sources.filter(|s| s.table().is_on_procedures() && s.table() != TableKind::Policies) {
            groups.entry(source.table()).or_default().push(source);
        }
        for (kind, mut group) in groups {
            group.sort_by(|a, b| (a.effective, &a.variety, &a.name).cmp(&(b.effective, &b.variety, &b.name)));
            let newest = group.last().and_then(|s| s.effective);
            if kind == TableKind::AddOns || is_ptp(kind) {
                group.retain(|s| s.effective == newest);
            }
            for source in &group {
                out.read(kind, source)?;
            }
            let files = group.iter().map(|s| s.digest()).collect();
            out.files.insert(kind, files);
            let about = about(kind, &group);
            out.about.insert(kind, about);
        }
        Ok(out)
    }

    fn read(&mut self, kind: TableKind, source: &Source) -> Result<()> {
        let effective = source.effective.unwrap_or(source.description.from);
        let failed = |e| source.error(e);
        match source.layout.id {
            "ncci-ptp" => {
                let part = ptp::read(&source.rows).map_err(failed)?;
                let rows = self.ptp.entry(kind).or_default();
                if rows.pairs.is_empty() { *rows = part } else { ptp::merge(rows, &part) }
            }
            "ncci-mue" => {
                let rows = mue::read(&source.rows, effective).map_err(failed)?;
                self.mue.entry(kind).or_default().push(rows);
            }
            "ncci-add-on-codes" => self.add_ons.extend(addon::read(&source.rows).map_err(failed)?),
            "fee-schedule" => self.fees.push(fees::read(&source.rows, effective).map_err(failed)?),
            _ => {}
        }
        Ok(())
    }

    /// Adds to the procedures every code that edits name, so that one index serves all; and, as a witness of the codes of its years, what
    /// the fee schedule lists.
    pub(crate) fn name_codes(&self, rows: &mut ProcedureRows) {
        self.witness(rows);
        let named = self.ptp.values().flat_map(|r| r.codes.iter().copied());
        let named = named.chain(self.mue.values().flatten().flat_map(|e| e.limits.iter().map(|r| r.code)));
        let named = named.chain(self.add_ons.iter().flat_map(|r| [Some(r.add_on), r.primary]).flatten());
        for code in named {
            let text = code.text();
            if !rows.codes.contains_key(text.as_str()) {
                let row = ProcedureRow { witness: Witness::Named, ..ProcedureRow::default() };
                rows.codes.insert(text.as_str().to_owned(), row);
            }
        }
        if rows.window.is_none() && !rows.codes.is_empty() {
            rows.window = Some(DateRange { from: ProcedureTable::UNKNOWN_START, to: Date::MAX });
            rows.edition = "codes that tables of edits name; no list of codes was added".to_owned();
        }
    }

    fn witness(&self, rows: &mut ProcedureRows) {
        let mut releases: Vec<&FeeRows> = self.fees.iter().collect();
        releases.sort_by_key(|r| r.window);
        let (Some(first), Some(last)) = (releases.first(), releases.last()) else { return };
        let mut spans: BTreeMap<Procedure, Vec<DateRange>> = BTreeMap::new();
        for release in &releases {
            let year = Date::new(release.window.from.year(), 1, 1).unwrap_or(release.window.from);
            // The newest stands until there is another.
            let to = if release.window.from.year() == last.window.from.year() {
                Date::MAX
            } else {
                release.window.to
            };
            for code in release.rows.iter().filter(|r| r.modifier.is_none()).map(|r| r.code) {
                let list = spans.entry(code).or_default();
                match list.last_mut() {
                    Some(before) if before.is_open() || before.to.add_days(1) >= year => {
                        before.to = before.to.max(to)
                    }
                    _ => list.push(DateRange { from: year, to }),
                }
            }
        }
        let from = Date::new(first.window.from.year(), 1, 1).unwrap_or(first.window.from);
        let mut counts: BTreeMap<ProcedureKind, u32> = BTreeMap::new();
        for (code, spans) in spans {
            *counts.entry(code.kind()).or_default() += 1;
            rows.codes.entry(code.to_string()).or_insert_with(|| ProcedureRow {
                spans,
                witness: Witness::Years,
                ..ProcedureRow::default()
            });
        }
        // It has (nearly) all codes of CPT's three categories, and not all of other kinds.
        use ProcedureKind::{CategoryOne, CategoryThree, CategoryTwo};
        for kind in [CategoryOne, CategoryTwo, CategoryThree] {
            if let Some(&codes) = counts.get(&kind).filter(|_| !rows.covers.contains_key(&kind)) {
                rows.covers.insert(kind, Cover::Partial { codes, from });
                rows.ends.insert(kind, last.window.to);
            }
        }
        let known = rows.window.unwrap_or(DateRange { from, to: last.window.to });
        rows.window = Some(DateRange { from: known.from.min(from), to: known.to.min(last.window.to) });
        let title = self.about.get(&TableKind::Fees).map_or("", |a| a.0.as_str());
        rows.edition = match rows.edition.as_str() {
            "" => format!("codes in the {title}"),
            lists => format!("{lists}; codes in the {title}"),
        };
    }

    /// The pack of a kind over the index; `None` if no source contributes to it.
    pub(crate) fn build(&self, kind: TableKind, index: &CodeIndex) -> Option<Vec<u8>> {
        let (edition, window) = self.about.get(&kind)?.clone();
        let description = Description {
            kind: kind.name().to_owned(),
            edition,
            from: window.from,
            to: window.to,
            built_on: vec![],
            base: None,
            sources: self.files.get(&kind).cloned().unwrap_or_default(),
            counts: vec![],
        };
        if let Some(rows) = self.ptp.get(&kind) {
            return Some(rows.build(index, description));
        }
        if let Some(editions) = self.mue.get(&kind) {
            return Some(MueRows::build(editions, index, description));
        }
        match kind {
            TableKind::AddOns => Some(build_add_ons(&self.add_ons, index, description)),
            TableKind::Fees => Some(FeeRows::build(&self.fees, index, description)),
            _ => None,
        }
    }
}

fn is_ptp(kind: TableKind) -> bool {
    matches!(kind, TableKind::PtpPractitioner | TableKind::PtpHospital)
}

/// Edition and window of a pack, by its sources.
fn about(kind: TableKind, group: &[&Source]) -> (String, DateRange) {
    let from = group.iter().map(|s| s.description.from).min().unwrap_or(Date::MAX);
    let to = group.iter().map(|s| s.description.to).max().unwrap_or(Date::MAX);
    let labels: BTreeSet<Date> = group.iter().filter_map(|s| s.effective).collect();
    let label = |d: Option<&Date>| d.map_or_else(String::new, |d| quarter::label(*d));
    let edition = match kind {
        TableKind::Fees => group.last().map_or_else(String::new, |s| s.description.edition.clone()),
        _ if labels.len() > 1 => format!("{} to {}", label(labels.first()), label(labels.last())),
        _ => label(labels.first()),
    };
    let parts: BTreeSet<u8> =
        group.iter().filter_map(|s| s.variety.as_deref()?.split_once(" f")?.1.parse().ok()).collect();
    let whole = parts.iter().copied().eq(1..=parts.len() as u8) && parts.len() != 1;
    if !is_ptp(kind) || whole || parts.is_empty() {
        return (edition, DateRange { from, to });
    }
    let list: Vec<String> = parts.iter().map(|p| format!("f{p}")).collect();
    (format!("{edition} (only part {})", list.join(", ")), DateRange { from, to })
}

/// The index of a pack of procedures.
pub(crate) fn index_of(bytes: &[u8]) -> Option<CodeIndex> {
    let pack = Pack::open(std::borrow::Cow::Owned(bytes.to_vec())).ok()?;
    CodeIndex::open(&pack).ok()
}
