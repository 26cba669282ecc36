//! What an edition changes in the tables of edits: pairs, limits, add-on codes, indicators that are new, gone, or say something else.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::diff::{Codes, Known};
use super::edits::Edits;
use crate::code::Procedure;
use crate::table::{FeeRow, PtpRows, PtpTerms, TableKind};
use crate::{Date, DateRange};

/// What both sides say of what they do not say alike. `begins` is the first day of the newer one: what it lacks has ended the day before.
pub(super) fn both(kind: TableKind, before: &Edits, after: &Edits, begins: Date) -> (Codes, Codes) {
    let (old, mut new) = match kind {
        TableKind::PtpPractitioner | TableKind::PtpHospital => {
            pairs(before.ptp.get(&kind), after.ptp.get(&kind))
        }
        _ => (values(kind, before), values(kind, after)),
    };
    for (key, known) in &old {
        if !new.contains_key(key) {
            let from = known.windows.first().map_or(begins, |w| w.from).min(begins);
            let windows = vec![DateRange { from, to: begins.add_days(-1) }];
            new.insert(
                key.clone(),
                Known { shown: known.shown.clone(), windows, title: known.title.clone() },
            );
        }
    }
    (old, new)
}

/// Only pairs whose rows differ: there are millions, and few change.
fn pairs(old: Option<&PtpRows>, new: Option<&PtpRows>) -> (Codes, Codes) {
    let mut ids: FxHashMap<&PtpTerms, u32> = FxHashMap::default();
    let mut terms: Vec<&PtpTerms> = Vec::new();
    let old = sorted(old, &mut ids, &mut terms);
    let new = sorted(new, &mut ids, &mut terms);
    let (mut out_old, mut out_new) = (Codes::new(), Codes::new());
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let key = |list: &[(u64, u64, u32)], at: usize| list.get(at).map(|e| (e.0, e.1));
        let Some(next) = [key(&old, i), key(&new, j)].into_iter().flatten().min() else { break };
        let run = |list: &[(u64, u64, u32)], at: usize| {
            list[at..].iter().take_while(|e| (e.0, e.1) == next).count()
        };
        let (n, m) = (run(&old, i), run(&new, j));
        let (a, b) = (&old[i..i + n], &new[j..j + m]);
        if a != b {
            let text = |key: u64| Procedure::from_key(key).to_string();
            let shown = format!("{} {}", text(next.0), text(next.1));
            for (list, out) in [(a, &mut out_old), (b, &mut out_new)] {
                if !list.is_empty() {
                    out.insert(shown.clone(), pair(&shown, list.iter().map(|e| terms[e.2 as usize])));
                }
            }
        }
        i += n;
        j += m;
    }
    (out_old, out_new)
}

fn sorted<'a>(
    rows: Option<&'a PtpRows>,
    ids: &mut FxHashMap<&'a PtpTerms, u32>,
    terms: &mut Vec<&'a PtpTerms>,
) -> Vec<(u64, u64, u32)> {
    let Some(rows) = rows else { return vec![] };
    let mut id = |t: &'a PtpTerms| {
        *ids.entry(t).or_insert_with(|| {
            terms.push(t);
            (terms.len() - 1) as u32
        })
    };
    let ids: Vec<u32> = rows.edits.iter().map(&mut id).collect();
    let key = |code: u32| rows.codes.get(code as usize).map_or(0, |c| c.key());
    let number = |t: u32| ids.get(t as usize).copied().unwrap_or(0);
    let mut out: Vec<_> = rows.pairs.iter().map(|&[a, b, t]| (key(a), key(b), number(t))).collect();
    out.sort_unstable();
    out
}

fn pair<'a>(shown: &str, terms: impl Iterator<Item = &'a PtpTerms>) -> Known {
    let mut terms: Vec<&PtpTerms> = terms.collect();
    terms.sort();
    let last = terms.last();
    Known {
        shown: shown.to_owned(),
        windows: terms.iter().filter(|t| t.indicator != 9).map(|t| t.window).collect(),
        title: last.map(|t| format!("indicator {}, {}", t.indicator, t.rationale)),
    }
}

fn values(kind: TableKind, edits: &Edits) -> Codes {
    let known = |key: String, windows: Vec<DateRange>, title: String| {
        (key.clone(), Known { shown: key, windows, title: Some(title) })
    };
    match kind {
        TableKind::AddOns => {
            let mut out = BTreeMap::new();
            for row in &edits.add_ons {
                let primary = row.primary.map_or_else(|| "contractor".to_owned(), |p| p.to_string());
                let title = format!("type {}", row.kind.digit());
                let (key, mut of) = known(format!("{} {primary}", row.add_on), vec![row.window], title);
                let windows = out.remove(&key).map_or(vec![], |k: Known| k.windows);
                of.windows.splice(0..0, windows);
                of.windows.sort_unstable();
                out.insert(key, of);
            }
            out
        }
        TableKind::Fees => {
            let newest = edits.fees.iter().max_by_key(|r| r.window);
            let key = |r: &FeeRow| match r.modifier {
                None => r.code.to_string(),
                Some(m) => format!("{} {m}", r.code),
            };
            let title = |r: &FeeRow| {
                let i = &r.indicators;
                format!(
                    "status {}, global {}, PC/TC {}, multiple {}, bilateral {}, assistant {}, co-surgeons {}, team {}",
                    i.status,
                    i.global.text(),
                    i.components,
                    i.multiple,
                    i.bilateral,
                    i.assistant,
                    i.co_surgeons,
                    i.team
                )
            };
            newest.into_iter().flat_map(|r| &r.rows).map(|r| known(key(r), vec![], title(r))).collect()
        }
        _ => {
            let newest = edits.mue.get(&kind).and_then(|all| all.iter().max_by_key(|e| e.window));
            let limits = newest.into_iter().flat_map(|e| &e.limits);
            let title = |value: u32, digit: u8| format!("limit {value}, indicator {digit}");
            limits
                .map(|l| known(l.code.to_string(), vec![], title(l.value, l.adjudication.digit())))
                .collect()
        }
    }
}
