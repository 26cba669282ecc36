//! What the tables of edits say of a procedure, as rows of its card.

use super::card::{Extent, row};
use crate::explain::{AddOnLink, ProcedureExplanation};
use crate::table::{Adjudication, Setting};

/// Most codes of a list on a screen; the rest are counted.
const MOST: usize = 24;

/// Limits, add-on codes, indicators, partners; and which tables are not there to tell.
pub(super) fn edits(out: &mut String, of: &ProcedureExplanation, extent: Extent) {
    let codes = |list| codes(list, extent.lines(MOST));
    for (i, limit) in of.units.iter().enumerate() {
        let how = match limit.adjudication {
            Adjudication::Line => "on each line",
            Adjudication::DayPolicy => "a day, absolute",
            Adjudication::DayClinical => "a day, more if documentation supports it",
        };
        let stale = if limit.stale { ", stale" } else { "" };
        let text = format!("{}: {} {how}{stale} ({})", limit.setting.name(), limit.limit, limit.rationale);
        row(out, if i == 0 { "units" } else { "" }, &text);
    }
    if let Some(kind) = of.add_on {
        let primaries = codes(of.primaries.iter().filter_map(|link| Some(link.code?.to_string())).collect());
        let to = if primaries.is_empty() { "the contractor says which".to_owned() } else { primaries };
        row(out, "add-on to", &format!("{to} (type {})", kind.digit()));
    }
    if !of.add_ons.is_empty() {
        row(
            out,
            "add-ons",
            &codes(of.add_ons.iter().filter_map(|l: &AddOnLink| Some(l.code?.to_string())).collect()),
        );
    }
    if let Some(fee) = &of.indicators {
        let i = &fee.indicators;
        let stale = if fee.stale { ", stale" } else { "" };
        let text = format!(
            "status {}, global days {}, PC/TC {}, multiple procedures {}, bilateral {}, assistant {}, co-surgeons {}, team {} (of {}{stale})",
            i.status,
            i.global.text(),
            i.components,
            i.multiple,
            i.bilateral,
            i.assistant,
            i.co_surgeons,
            i.team,
            fee.release
        );
        row(out, "indicators", &text);
    }
    let mut label = "pair edits";
    for setting in Setting::ALL {
        for (first, says) in [(true, "denies"), (false, "denied beside")] {
            let of_setting = of.partners.iter().filter(|e| e.setting == setting);
            let partners: Vec<String> = of_setting
                .filter(|e| (e.column1 == of.code) == first)
                .map(|e| e.partner_of(of.code).to_string())
                .collect();
            if !partners.is_empty() {
                let count = partners.len();
                row(out, label, &format!("{}, {says} {count}: {}", setting.name(), codes(partners)));
                label = "";
            }
        }
    }
    if !of.not_evaluated.is_empty() {
        let missing: Vec<&str> = of.not_evaluated.iter().map(|kind| kind.name()).collect();
        row(out, "not known", &format!("no table for the day: {}", missing.join(", ")));
    }
}

/// The codes in order, the first of them.
fn codes(mut codes: Vec<String>, most: usize) -> String {
    codes.sort();
    codes.dedup();
    let more = codes.len().saturating_sub(most);
    codes.truncate(most);
    let list = codes.join(" ");
    if more > 0 { format!("{list} and {more} more") } else { list }
}
