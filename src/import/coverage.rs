//! The Medicare Coverage Database export: articles, their procedures and diagnoses, and who published them, each in a file of its own.
//!
//! The files may come in any order, one by one or in the archive that the database offers: each is kept, and what can be joined is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::Regex;

use super::Located;
use super::policies::{ALWAYS, diagnosis_span, procedure_span};
use crate::code::Procedure;
use crate::error::ImportError;
use crate::table::policies::{Block, PolicyRows, Relation, Span, Terms, UNKNOWN_PLACE};
use crate::{Date, DateRange};

/// What people call the layout.
pub(crate) const NAME: &str = "Medicare Coverage Database export (csv)";

/// A file of the export.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its name, as the database gives it.
    pub(crate) id: &'static str,
    /// Columns by which it is known; those of `alternatives` may stand in their place.
    columns: &'static [&'static str],
    /// A column that would make it another file.
    not: &'static [&'static str],
    /// What its rows are.
    pub(crate) what: &'static str,
    /// All columns that are kept.
    kept: &'static [&'static str],
}

/// The files that are read; the export has others.
pub(crate) static MEMBERS: [Member; 10] = [
    Member {
        id: "article",
        columns: &["article_id", "article_version", "title"],
        not: &["icd10_code_id", "hcpc_code_id", "contractor_id"],
        what: "articles",
        kept: &[
            "article_id",
            "article_version",
            "title",
            "article_eff_date",
            "article_rev_eff_date",
            "article_rev_end_date",
            "date_retired",
            "status",
        ],
    },
    Member {
        id: "article_x_hcpc_code",
        columns: &["article_id", "article_version", "hcpc_code_id"],
        not: &["icd10_code_id", "hcpc_modifier_code_id"],
        what: "procedures of articles",
        kept: &["article_id", "article_version", "hcpc_code_id", "hcpc_code_group", "range"],
    },
    Member {
        id: "article_x_hcpc_code_group",
        columns: &["article_id", "article_version", "hcpc_code_group", "paragraph"],
        not: &["hcpc_code_id"],
        what: "procedure groups",
        kept: &["article_id", "article_version", "hcpc_code_group", "paragraph"],
    },
    Member {
        id: "article_x_icd10_covered",
        columns: &["article_id", "article_version", "icd10_code_id", "icd10_covered_group"],
        not: &[],
        what: "supporting diagnoses",
        kept: &["article_id", "article_version", "icd10_code_id", "icd10_covered_group", "range"],
    },
    Member {
        id: "article_x_icd10_covered_group",
        columns: &["article_id", "article_version", "icd10_covered_group", "paragraph"],
        not: &["icd10_code_id"],
        what: "groups of supporting diagnoses",
        kept: &["article_id", "article_version", "icd10_covered_group", "paragraph"],
    },
    Member {
        id: "article_x_icd10_noncovered",
        columns: &["article_id", "article_version", "icd10_code_id", "icd10_noncovered_group"],
        not: &[],
        what: "excluded diagnoses",
        kept: &["article_id", "article_version", "icd10_code_id", "icd10_noncovered_group", "range"],
    },
    Member {
        id: "article_x_contractor",
        columns: &["article_id", "article_version", "contractor_id"],
        not: &["contractor_bus_name"],
        what: "contractors of articles",
        kept: &["article_id", "article_version", "contractor_id", "contractor_type_id", "contractor_version"],
    },
    Member {
        id: "contractor",
        columns: &["contractor_id", "contractor_bus_name"],
        not: &["article_id", "lcd_id"],
        what: "contractors",
        kept: &[
            "contractor_id",
            "contractor_type_id",
            "contractor_version",
            "contractor_bus_name",
            "contractor_number",
        ],
    },
    Member {
        id: "contractor_jurisdiction",
        columns: &["contractor_id", "state_id"],
        not: &["article_id", "lcd_id", "contractor_bus_name"],
        what: "contractors' states",
        kept: &["contractor_id", "contractor_type_id", "contractor_version", "state_id", "term_date"],
    },
    Member {
        id: "state_lookup",
        columns: &["state_id", "state_abbrev"],
        not: &["contractor_id"],
        what: "states",
        kept: &["state_id", "state_abbrev", "description"],
    },
];

fn words(header: &[String]) -> Vec<String> {
    header.iter().map(|c| c.trim().trim_matches('"').to_ascii_lowercase()).collect()
}

/// The file of the export to which a header belongs.
pub(crate) fn member(header: &[String]) -> Option<&'static Member> {
    let words = words(header);
    let has = |name: &&str| words.iter().any(|w| w == *name);
    MEMBERS.iter().find(|m| m.columns.iter().all(&has) && !m.not.iter().any(&has))
}

/// The file of that name.
pub(crate) fn member_named(id: &str) -> Option<&'static Member> {
    MEMBERS.iter().find(|m| m.id == id)
}

fn row_error(line: u64, expected: &str, got: &str) -> Located {
    let got: String = got.chars().take(60).collect();
    (Some(line), ImportError::Row { layout: NAME, expected: expected.to_owned(), got: format!("{got:?}") })
}

/// Reads one file: its kept columns, tab separated, without a header, and the number of rows.
pub(crate) fn read(text: &str) -> Result<(&'static Member, String, u64), Located> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    type Found = (&'static Member, Vec<Option<usize>>);
    let (mut of, mut out, mut count): (Option<Found>, _, _) = (None, String::new(), 0);
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map(csv::Position::line);
            (line, ImportError::Container(format!("cannot read the row: {e}")))
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let Some((member, places)) = &of else {
            let header: Vec<String> = record.iter().map(str::to_owned).collect();
            let member = self::member(&header)
                .ok_or_else(|| row_error(line, "the header of a file of the export", &header.join(",")))?;
            let words = words(&header);
            let places = member.kept.iter().map(|k| words.iter().position(|w| w == k)).collect();
            of = Some((member, places));
            continue;
        };
        let get =
            |at: usize| places.get(at).copied().flatten().and_then(|p| record.get(p)).unwrap_or_default();
        if record.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        if let Some(at) = member.columns.iter().position(|c| {
            let kept = member.kept.iter().position(|k| k == c);
            kept.is_some_and(|at| get(at).trim().is_empty())
                && !matches!(*c, "title" | "paragraph" | "state_abbrev" | "contractor_bus_name" | "state_id")
        }) {
            return Err(row_error(
                line,
                &format!("a value in column {}", member.columns[at]),
                record.as_slice(),
            ));
        }
        if let Some(at) = member.kept.iter().position(|k| *k == "hcpc_code_id") {
            // Placeholders such as "XX000" stand where an article names no code.
            let code = get(at).trim();
            if code.len() > 11 {
                return Err(row_error(line, "a procedure code", code));
            }
        }
        for at in 0..member.kept.len() {
            out.push_str(if at == 0 { "" } else { "\t" });
            let mut blank = false;
            for c in get(at).trim().chars() {
                let space = c.is_whitespace() || c.is_control();
                if !(space && blank) {
                    out.push(if space { ' ' } else { c });
                }
                blank = space;
            }
        }
        out.push('\n');
        count += 1;
    }
    match of {
        Some((member, _)) if count > 0 => Ok((member, out, count)),
        _ => Err((None, ImportError::NoRows { layout: NAME })),
    }
}

/// Kept rows of the files of one export.
#[derive(Default)]
pub(crate) struct Export<'a> {
    files: HashMap<&'static str, Vec<&'a str>>,
}

impl<'a> Export<'a> {
    /// Adds a file's kept rows.
    pub(crate) fn add(&mut self, member: &'static Member, rows: &'a str) {
        self.files.entry(member.id).or_default().push(rows);
    }

    fn rows(&self, id: &str) -> impl Iterator<Item = Vec<&'a str>> + '_ {
        let files = self.files.get(id).map(Vec::as_slice).unwrap_or_default();
        files.iter().flat_map(|f| f.lines()).map(|line| line.split('\t').collect())
    }

    fn has(&self, id: &str) -> bool {
        self.files.contains_key(id)
    }

    /// Joins the files. What cannot be joined, an article without procedures, is no policy.
    pub(crate) fn join(&self, into: &mut PolicyRows) {
        type Article<'a> = (&'a str, &'a str);
        let mut procedures: BTreeMap<Article<'_>, Vec<(Span, &str)>> = BTreeMap::new();
        for row in self.rows("article_x_hcpc_code") {
            if let Some(span) = row.get(2).and_then(|c| procedure_span(c)) {
                procedures.entry((row[0], row[1])).or_default().push((span, row[3]));
            }
        }
        let mut lists: BTreeMap<(Article<'_>, Relation, &str), Vec<Span>> = BTreeMap::new();
        let both = [
            ("article_x_icd10_covered", Relation::Supports),
            ("article_x_icd10_noncovered", Relation::Excludes),
        ];
        for (id, relation) in both {
            for row in self.rows(id) {
                // "XX000" stands where an article names no code.
                let code = row[2];
                if let Some(span) = diagnosis_span(code).filter(|_| !code.starts_with("XX")) {
                    let whole = match span {
                        Span::Code(text) if row.get(4).is_some_and(|r| r.eq_ignore_ascii_case("Y")) => {
                            Span::Prefix(text)
                        }
                        other => other,
                    };
                    lists.entry(((row[0], row[1]), relation, row[3])).or_default().push(whole);
                }
            }
        }
        let mut paragraphs: HashMap<(Article<'_>, &str), &str> = HashMap::new();
        for row in self.rows("article_x_icd10_covered_group") {
            paragraphs.insert(((row[0], row[1]), row[2]), row.get(3).copied().unwrap_or_default());
        }
        let places = self.places();
        for row in self.rows("article") {
            let article = (row[0], row[1]);
            let Some(procedures) = procedures.get(&article) else { continue };
            let Some(window) = window(&row) else { continue };
            let id = format!("A{}", row[0].trim_start_matches(['A', 'a']));
            let jurisdictions = match places.get(&article) {
                Some(places) => places.iter().map(String::as_str).collect::<Vec<_>>().join("; "),
                None => UNKNOWN_PLACE.to_owned(),
            };
            let terms = Terms {
                policy: id.clone(),
                version: row[1].to_owned(),
                window,
                jurisdictions,
                payer: "Medicare".to_owned(),
            };
            let range = (article, Relation::Supports, "")..;
            for ((_, relation, group), diagnoses) in
                lists.range(range).take_while(|((a, ..), _)| *a == article)
            {
                let paragraph =
                    if *relation == Relation::Supports { paragraphs.get(&(article, *group)) } else { None };
                let body = into.policies.entry(terms.clone()).or_default();
                body.title = row[2].to_owned();
                body.citation = format!("Medicare Coverage Database, article {id}, version {}", row[1]);
                body.blocks.push(Block {
                    procedures: served(procedures, paragraph.copied().unwrap_or_default()),
                    relation: *relation,
                    group: (*group).to_owned(),
                    part: String::new(),
                    modifier: None,
                    diagnoses: diagnoses.clone(),
                });
            }
        }
    }

    /// Where articles hold: contractors by number and name, and their states.
    fn places(&self) -> HashMap<(&'a str, &'a str), BTreeSet<String>> {
        let states: HashMap<&str, &str> =
            self.rows("state_lookup").filter_map(|r| Some((*r.first()?, *r.get(1)?))).collect();
        let mut of: HashMap<(&str, &str), BTreeSet<String>> = HashMap::new();
        for row in self.rows("contractor") {
            let names = of.entry((row[0], row[1])).or_default();
            names.extend(
                [row[3], row[4]].into_iter().filter(|n| !n.is_empty()).map(|n| n.replace([';', '|'], " ")),
            );
        }
        for row in self.rows("contractor_jurisdiction") {
            if !row.get(4).is_none_or(|ended| ended.is_empty()) {
                continue;
            }
            let state = states.get(row[3]).copied().unwrap_or_default();
            if !state.is_empty() {
                of.entry((row[0], row[1])).or_default().insert(state.to_owned());
            }
        }
        let mut out: HashMap<(&str, &str), BTreeSet<String>> = HashMap::new();
        if !self.has("article_x_contractor") {
            return out;
        }
        for row in self.rows("article_x_contractor") {
            let names = out.entry((row[0], row[1])).or_default();
            match of.get(&(row[2], row[3])) {
                Some(known) => names.extend(known.iter().cloned()),
                // The contractor's number says at least who it is.
                None => drop(names.insert(row[2].to_owned())),
            }
        }
        out
    }
}

/// When a version is in force; `None` if it never was, or is not any more and does not say since when.
fn window(row: &[&str]) -> Option<DateRange> {
    let day = |at: usize| row.get(at).and_then(|t| Date::parse(t.as_bytes()).ok());
    let from = day(4).or(day(3)).unwrap_or(ALWAYS);
    let to = [day(5), day(6)].into_iter().flatten().min();
    let active =
        row.get(7).is_none_or(|s| s.is_empty() || s.eq_ignore_ascii_case("A") || s.eq_ignore_ascii_case("F"));
    let to = match to {
        Some(to) => to,
        None if active => Date::MAX,
        None => return None,
    };
    (from <= to).then_some(DateRange { from, to })
}

/// The procedures that a group of diagnoses serves: those that its paragraph names, else all of the article's.
///
/// A paragraph that says for which it does *not* serve is not understood, and serves all: a group too many is a finding too few.
fn served(procedures: &[(Span, &str)], paragraph: &str) -> Vec<Span> {
    static CODES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\b([0-9A-Z][0-9]{3}[0-9A-Z])(?:\s*(?:-|–|through|to)\s*([0-9A-Z][0-9]{3}[0-9A-Z]))?\b")
            .ok()
    });
    static GROUP: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)\bgroup\s+([0-9]+)\s+(?:cpt|hcpcs|procedure)").ok());
    let all = || procedures.iter().map(|(span, _)| *span).collect::<Vec<_>>();
    let lower = format!(" {}", paragraph.to_ascii_lowercase());
    if [" not ", "except", "other than", "exclud"].iter().any(|w| lower.contains(w)) {
        return all();
    }
    let mut named = Vec::new();
    for found in CODES.iter().flat_map(|r| r.captures_iter(paragraph)) {
        let text = |at| {
            found.get(at).and_then(|m| Procedure::parse(m.as_str().as_bytes()).ok()).map(Procedure::text)
        };
        let Some(first) = text(1) else { continue };
        named.push((first, text(2).unwrap_or(first)));
    }
    let groups: Vec<&str> = GROUP
        .iter()
        .flat_map(|r| r.captures_iter(paragraph))
        .filter_map(|c| c.get(1))
        .map(|m| m.as_str())
        .collect();
    let serves = |(span, group): &&(Span, &str)| {
        let by_code = match span {
            Span::Code(code) => named.iter().any(|(first, last)| (*first..=*last).contains(code)),
            _ => false,
        };
        by_code || groups.contains(group)
    };
    let some: Vec<Span> = procedures.iter().filter(serves).map(|(span, _)| *span).collect();
    if some.is_empty() { all() } else { some }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(codes: &[&str]) -> Vec<(Span, &'static str)> {
        codes.iter().map(|c| (procedure_span(c).unwrap(), "1")).collect()
    }

    #[test]
    fn a_paragraph_says_which_procedures_its_group_serves() {
        let all = spans(&["10004", "10005", "10006", "G0106"]);
        let of = |text: &str| served(&all, text).iter().map(Span::text).collect::<Vec<_>>();
        assert_eq!(of(""), ["10004", "10005", "10006", "G0106"]);
        assert_eq!(of("support medical necessity of codes 10004 and G0106:"), ["10004", "G0106"]);
        assert_eq!(of("for codes 10004-10005"), ["10004", "10005"]);
        assert_eq!(of("for codes 10005 through 10006."), ["10005", "10006"]);
        assert_eq!(of("not for 10004").len(), 4);
        assert_eq!(of("for code 99999").len(), 4);
        assert_eq!(of("for the Group 1 CPT codes").len(), 4);
    }

    #[test]
    fn files_are_known_by_their_columns() {
        let of =
            |header: &str| member(&header.split(',').map(str::to_owned).collect::<Vec<_>>()).map(|m| m.id);
        assert_eq!(of("\"article_id\",\"article_version\",\"title\",\"status\""), Some("article"));
        assert_eq!(
            of("article_id,article_version,icd10_code_id,icd10_covered_group"),
            Some("article_x_icd10_covered")
        );
        assert_eq!(
            of("article_id,article_version,hcpc_code_group,paragraph"),
            Some("article_x_hcpc_code_group")
        );
        assert_eq!(
            of("contractor_id,contractor_type_id,contractor_version,state_id"),
            Some("contractor_jurisdiction")
        );
        assert_eq!(of("lcd_id,lcd_version,hcpc_code_id"), None);
    }

    #[test]
    fn versions_have_their_own_windows() {
        let of = |fields: &str| window(&fields.split('|').collect::<Vec<_>>());
        let day = |t: &str| t.parse::<Date>().unwrap();
        let first = of("1|1|t|2019-10-01|2019-10-01|2021-12-31||A").unwrap();
        assert_eq!((first.from, first.to), (day("2019-10-01"), day("2021-12-31")));
        assert!(of("1|2|t|2019-10-01|2022-01-01|||A").unwrap().is_open());
        assert_eq!(of("1|2|t|2019-10-01||||R"), None);
    }
}
