//! `check --repair`: the mended copy, the list of its changes, and what it is worth.

use std::path::{Path, PathBuf};

use super::check::not_taken;
use super::output::OutputFile;
use super::write;
use crate::engine::{Checker, Options, Summary, check_files};
use crate::read::{ColumnMap, Input};
use crate::repair::{Change, repair};
use crate::report::Ndjson;
use crate::{ErrorKind, Result};

/// What is copied, and where to.
pub(super) struct Repair<'a> {
    input: &'a Input,
    file: &'a Path,
    copy: &'a Path,
    list: PathBuf,
}

impl<'a> Repair<'a> {
    /// `taken` are the files that must not be written.
    pub(super) fn new(copy: &'a Path, inputs: &'a [Input], taken: &[&Path]) -> Result<Repair<'a>> {
        let [input @ Input::File(file)] = inputs else {
            let text = "--repair: name the one file to copy; standard input and several files cannot be";
            return Err(ErrorKind::Usage(text.to_owned()).into());
        };
        let mut list = copy.as_os_str().to_owned();
        list.push(".changes.csv");
        let list = PathBuf::from(list);
        not_taken("--repair", copy, taken)?;
        not_taken("--repair", &list, taken)?;
        Ok(Repair { input, file, copy, list })
    }

    /// Writes the copy and the list of changes; both appear only when they are whole. Gives the number of mended cells.
    pub(super) fn copy(&self, map: &ColumnMap) -> Result<u64> {
        let mut copy = OutputFile::create_like(self.copy, self.file)?;
        let mut list = OutputFile::create_like(&self.list, self.file)?;
        write(&mut list, b"row,column,field,why,before,after\n")?;
        let mended = repair(self.input, map, &mut copy, &mut |change| {
            let Change { row, column, field, why, shown } = change;
            let (before, after) = match shown {
                Some((before, after)) => (before.as_str(), after.as_str()),
                None => ("", ""),
            };
            write(&mut list, format!("{row},{column},{field},{why},{before},{after}\n").as_bytes())
        })?;
        list.finish()?;
        copy.finish()?;
        Ok(mended)
    }

    /// Checks the copy like the file, of which that summary is. Says what was done, and what it is worth.
    pub(super) fn worth(
        &self,
        mended: u64,
        checker: &Checker,
        options: &Options,
        before: &Summary,
    ) -> Result<String> {
        let copy = [Input::File(self.copy.to_owned())];
        let mut after = check_files(checker, &copy, options, &Ndjson, &mut std::io::sink(), &mut |_| ())?;
        if let Some(error) = after.failed.pop() {
            return Err(error);
        }
        let s = if mended == 1 { "" } else { "s" };
        let (copy, list) = (self.copy.display(), self.list.display());
        let (fewer, more) = (surplus(before, &after.summary), surplus(&after.summary, before));
        let worth = match (fewer, more) {
            (None, None) => "as many findings of every rule".to_owned(),
            (Some(fewer), None) => format!("fewer findings: {fewer}"),
            (None, Some(more)) => format!("more findings: {more}, {FIRST_TIME}"),
            (Some(fewer), Some(more)) => format!("fewer findings: {fewer}; and more: {more}, {FIRST_TIME}"),
        };
        Ok(format!("{copy}: {mended} cell{s} mended, listed in {list}; checked again, the copy has {worth}"))
    }
}

/// Where more findings come from: nothing that could be read reads otherwise.
const FIRST_TIME: &str = "where a cell could not be read before and is judged for the first time";

/// By how many findings of each rule one has more than the other.
fn surplus(of: &Summary, over: &Summary) -> Option<String> {
    let there = |id: &str| over.rules.iter().find(|r| r.rule.id == id).map_or(0, |r| r.total());
    let more = of.rules.iter().filter_map(|r| Some((r.rule.id, r.total().checked_sub(there(r.rule.id))?)));
    let each: Vec<String> = more.filter(|(_, n)| *n > 0).map(|(id, n)| format!("{n} of {id}")).collect();
    (!each.is_empty()).then(|| each.join(", "))
}
