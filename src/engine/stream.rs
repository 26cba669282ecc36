//! Files of claims, checked by several threads, reported in the order of the input.

use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashSet;

use super::rendered::{Rendered, Written};
use super::summary::Tally;
use super::watch::{Progress, Stage, Stats, Watch};
use super::{Checker, Session, Summary};
use crate::claim::{Claim, Fault, Field, Reason};
use crate::read::{Assembler, BLOCK, Block, Blocks, ColumnMap, Grouping, Input, id_hash};
use crate::report::{Checked, Reporter};
use crate::rule::{Finding, Severity};
use crate::{Cents, Error, ErrorKind, Result};

/// How to go about it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Threads; 0 for as many as there are processors.
    pub threads: usize,
    /// What the columns mean.
    pub map: ColumnMap,
    /// A claim with a finding at or above this level is not clean.
    pub fail_on: Severity,
    /// Most findings that are written, for a report that a person opens; the summary counts all. Whole claims only.
    pub most_findings: Option<u64>,
    /// Put the rows of each claim together first: for files in which they are scattered.
    pub group: Option<Grouping>,
}

/// What a run gave.
#[derive(Debug)]
pub struct Outcome {
    /// Counts, gaps, tables.
    pub summary: Summary,
    /// Files that could not be read, or not to their end.
    pub failed: Vec<Error>,
    /// What it took; `None` if nobody brought a clock.
    pub stats: Option<Stats>,
}

impl Outcome {
    /// Findings at or above a level.
    pub fn findings_at_or_above(&self, level: Severity) -> u64 {
        Severity::ALL.into_iter().filter(|&s| s >= level).map(|s| self.summary.count(s)).sum()
    }
}

/// Checks files and writes the report. A file that cannot be read is in [`Outcome::failed`], and the others are checked all the same.
/// `warn` gets what is worth a line on stderr, as columns that were ignored.
///
/// # Errors
/// Only if the report cannot be written, or a table opened by [`Tables::open_lazily`](crate::Tables::open_lazily) turns out damaged: then
/// nothing that rests on it is written.
pub fn check_files(
    checker: &Checker,
    inputs: &[Input],
    options: &Options,
    reporter: &dyn Reporter,
    out: &mut (dyn Write + Send),
    warn: &mut dyn FnMut(&str),
) -> Result<Outcome> {
    check_files_watched(checker, inputs, options, reporter, out, warn, Watch::default())
}

/// As [`check_files`], with somebody who looks on.
///
/// # Errors
/// As [`check_files`].
pub fn check_files_watched(
    checker: &Checker,
    inputs: &[Input],
    options: &Options,
    reporter: &dyn Reporter,
    out: &mut (dyn Write + Send),
    warn: &mut dyn FnMut(&str),
    watch: Watch<'_>,
) -> Result<Outcome> {
    let began = watch.clock.map(|clock| clock());
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let mut begin = Vec::new();
    reporter.begin(&mut begin);
    write(out, &begin)?;
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    let mut written = Written::new(options.most_findings);
    let (mut progress, mut most_workers) = (Progress::default(), 0);
    for input in inputs {
        let name = input.name();
        if let Some(clock) = watch.clock {
            tally.times.begin(clock);
        }
        let blocks = match Blocks::open(input, &options.map, options.group.as_ref()) {
            Ok(blocks) => blocks,
            Err(e) => {
                failed.push(e);
                continue;
            }
        };
        watch.lap(&mut tally.times, Stage::Read);
        // One block is one thread's work: others would only be begun and ended.
        let most = input.size().map_or(usize::MAX, |size| 1 + size as usize / BLOCK);
        let threads = threads.min(most);
        let layout = blocks.layout();
        if !layout.unknown.is_empty() {
            warn(&format!("{name}: columns ignored: {}", layout.unknown.join(", ")));
        }
        let run = Run {
            checker,
            reporter,
            name: &name,
            layout,
            fail_on: options.fail_on,
            by_party: reporter.counts_parties(),
            full: AtomicBool::new(written.full),
            grouped: options.group.is_some(),
            window: threads + 1,
            source: Mutex::new(Source { blocks: Some(blocks), next: 0, failed: None, spare: vec![] }),
            sink: Mutex::new(Sink {
                out: &mut *out,
                next: 0,
                waiting: BTreeMap::new(),
                written,
                seen: Seen::default(),
                broken: None,
                internal: vec![],
                tally: Tally::default(),
                progress,
                workers: 0,
            }),
            turn: Condvar::new(),
            watch,
        };
        if threads == 1 {
            run.work();
        } else {
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| run.work());
                }
            });
        }
        let source = run.source.into_inner().unwrap_or_else(PoisonError::into_inner);
        let sink = run.sink.into_inner().unwrap_or_else(PoisonError::into_inner);
        written = sink.written;
        progress = sink.progress;
        most_workers = most_workers.max(sink.workers);
        if sink.tally.lines == 0 && source.failed.is_none() && sink.broken.is_none() {
            warn(&format!("{name}: a header and no claim lines"));
        }
        tally.add(&sink.tally);
        failed.extend(source.failed);
        failed.extend(sink.internal);
        if let Some(e) = sink.broken {
            return Err(e);
        }
    }
    let times = std::mem::take(&mut tally.times);
    let mut summary = tally.summary(checker);
    summary.fail_on = options.fail_on;
    summary.failed = failed.iter().map(ToString::to_string).collect();
    summary.left_out = summary.total().saturating_sub(written.findings);
    let mut end = Vec::new();
    reporter.finish(&summary, &mut end);
    write(out, &end)?;
    out.flush().map_err(|e| Error::io("output", e))?;
    let elapsed = watch.clock.zip(began).map(|(clock, began)| clock().saturating_sub(began));
    let stats = elapsed.map(|elapsed| times.stats(elapsed, most_workers, progress));
    Ok(Outcome { summary, failed, stats })
}

fn write(out: &mut dyn Write, bytes: &[u8]) -> Result<()> {
    out.write_all(bytes).map_err(|e| Error::io("output", e))
}

/// One file's run. Every worker takes a block, checks it, and hands its report in when its turn has come: no thread stands idle
/// to read or to write, and what waits for its turn is bounded by [`Run::window`].
struct Run<'a> {
    checker: &'a Checker,
    reporter: &'a dyn Reporter,
    name: &'a str,
    layout: std::sync::Arc<crate::read::Layout>,
    fail_on: Severity,
    /// Are findings counted by provider and payer?
    by_party: bool,
    /// Is the report full? Then claims are counted and not rendered.
    full: AtomicBool,
    /// Does each claim stand in one piece for certain? Then its id is not remembered.
    grouped: bool,
    window: usize,
    source: Mutex<Source>,
    sink: Mutex<Sink<'a>>,
    turn: Condvar,
    watch: Watch<'a>,
}

struct Source {
    /// `None` once the file has ended.
    blocks: Option<Blocks>,
    next: usize,
    failed: Option<Error>,
    /// Blocks that were reported, for the room that they have.
    spare: Vec<Done>,
}

struct Sink<'a> {
    out: &'a mut (dyn Write + Send),
    next: usize,
    waiting: BTreeMap<usize, Done>,
    written: Written,
    seen: Seen,
    broken: Option<Error>,
    internal: Vec<Error>,
    tally: Tally,
    progress: Progress,
    /// Threads that had something to check.
    workers: usize,
}

/// First and last id of a block.
type FirstLast = (Box<[u8]>, Box<[u8]>);

/// A block and its report.
#[derive(Default)]
struct Done {
    rendered: Rendered,
    block: Block,
    ids: Vec<ClaimAt>,
    lines: u64,
    /// Are the ids in strictly ascending order, and which are the first and the last?
    ascending: Option<FirstLast>,
}

/// A claim that was checked.
#[derive(Clone, Copy)]
struct ClaimAt {
    /// Its id, by hash.
    id: u64,
    row: u64,
    clean: bool,
    charge: Option<Cents>,
    /// By which profile it was checked.
    plan: u16,
}

impl Run<'_> {
    fn work(&self) {
        let mut session = self.checker.session_on(&self.layout.columns);
        let mut assembler = Assembler::new(self.layout.clone());
        let mut tally = Tally::default();
        if let Some(clock) = self.watch.clock {
            tally.times.begin(clock);
        }
        while let Some((number, mut done)) = self.take(&mut tally) {
            self.check_block(&mut done, &mut session, &mut assembler, &mut tally);
            // A part of a table that was left in its file may have turned out damaged: then this block was judged without it.
            if let Err(e) = self.checker.tables().all_read() {
                lock(&self.sink).broken.get_or_insert(e);
            }
            if let Some(clock) = self.watch.clock {
                tally.times.block(clock);
            }
            self.hand_in(number, done, &mut session, &mut tally);
        }
        tally.finish(&session, &self.layout.columns);
        let mut sink = lock(&self.sink);
        sink.tally.add(&tally);
        sink.workers += usize::from(tally.claims > 0);
    }

    /// The next block, with its number.
    fn take(&self, tally: &mut Tally) -> Option<(usize, Done)> {
        let mut source = lock(&self.source);
        self.watch.lap(&mut tally.times, Stage::Wait);
        let mut done = source.spare.pop().unwrap_or_default();
        let next = source.blocks.as_mut()?.next_into(std::mem::take(&mut done.block.bytes));
        self.watch.lap(&mut tally.times, Stage::Read);
        match next {
            Ok(Some(block)) => done.block = block,
            Ok(None) => {
                source.blocks = None;
                return None;
            }
            Err(e) => {
                source.blocks = None;
                source.failed = Some(e);
                return None;
            }
        }
        source.next += 1;
        Some((source.next - 1, done))
    }

    fn check_block<'c>(
        &'c self,
        done: &mut Done,
        session: &mut Session<'c>,
        assembler: &mut Assembler,
        tally: &mut Tally,
    ) {
        let Done { rendered, block, ids, .. } = done;
        rendered.clear();
        ids.clear();
        let mut ascending = true;
        let lines_before = tally.lines;
        let (mut first, mut last): (Vec<u8>, Vec<u8>) = (vec![], vec![]);
        assembler.claims(block, |claim, next| {
            if let Some(next) = next {
                session.fetch(next);
            }
            let charge = claim.charge();
            let clean = self.check_claim(claim, session, tally, rendered);
            tally.charge(charge, clean);
            let id = claim.id.as_bytes();
            // Rows without an id are claims of their own: none came before.
            if self.grouped || id.is_empty() {
                return;
            }
            if ids.is_empty() {
                first.extend_from_slice(id);
            } else {
                ascending &= before(&last, id);
            }
            last.clear();
            last.extend_from_slice(id);
            let plan = session.plan() as u16;
            ids.push(ClaimAt { id: id_hash(id), row: claim.row, clean, charge, plan });
        });
        done.ascending = ascending.then(|| (first.into_boxed_slice(), last.into_boxed_slice()));
        done.lines = tally.lines - lines_before;
    }

    /// Checks and reports a claim; `true` if it is clean.
    fn check_claim<'c>(
        &'c self,
        claim: &Claim,
        session: &mut Session<'c>,
        tally: &mut Tally,
        out: &mut Rendered,
    ) -> bool {
        let sampled = self.watch.clock.filter(|&clock| tally.times.sample(clock, tally.claims));
        tally.claims += 1;
        tally.lines += claim.lines.len() as u64;
        // A rule that panics must not take the run with it.
        let checked = catch_unwind(AssertUnwindSafe(|| match sampled {
            None => session.check(claim).len(),
            Some(clock) => session.check_with(claim, |step| tally.times.step(clock, step)).len(),
        }));
        if checked.is_err() {
            let rule = session.current_rule().id;
            let error = ErrorKind::Internal { claim: claim.id.clone(), row: claim.row, rule };
            lock(&self.sink).internal.push(error.into());
            tally.finish(session, &self.layout.columns);
            *session = self.checker.session_on(&self.layout.columns);
            return false;
        }
        let clean = self.report(claim, session.findings(), tally, out);
        tally.clean_claims += i64::from(clean);
        if let Some(clock) = sampled {
            tally.times.reported(clock);
        }
        clean
    }

    /// Reports findings; `true` if none is at or above the level of failure.
    fn report(&self, claim: &Claim, findings: &[Finding], tally: &mut Tally, out: &mut Rendered) -> bool {
        findings.iter().for_each(|f| tally.count(f));
        if self.by_party {
            tally.parties.count(claim, findings);
        }
        if !findings.is_empty() && !self.full.load(Ordering::Relaxed) {
            if !out.bytes.is_empty() {
                out.bytes.extend_from_slice(self.reporter.separator());
            }
            let tables = self.checker.tables();
            self.reporter.claim(&Checked { claim, findings, file: self.name, tables }, &mut out.bytes);
            out.end_claim(findings.len());
        }
        findings.iter().all(|f| f.severity < self.fail_on)
    }

    /// Waits until no more than a window of blocks is between this one and the output, then leaves the report there.
    fn hand_in<'c>(&'c self, number: usize, done: Done, session: &mut Session<'c>, tally: &mut Tally) {
        let mut sink = lock(&self.sink);
        while number > sink.next + self.window {
            sink = self.turn.wait(sink).unwrap_or_else(PoisonError::into_inner);
        }
        self.watch.lap(&mut tally.times, Stage::Wait);
        sink.waiting.insert(number, done);
        loop {
            let next = sink.next;
            let Some(mut done) = sink.waiting.remove(&next) else { break };
            self.report_scattered(&mut sink.seen, &mut done, session, tally);
            let sink_now = &mut *sink;
            let any = sink_now.written.findings > 0;
            let part = sink_now.written.part(&done.rendered);
            self.full.store(sink_now.written.full, Ordering::Relaxed);
            if sink_now.broken.is_none() && !part.is_empty() {
                if any {
                    sink_now.broken = write(sink_now.out, self.reporter.separator()).err();
                }
                if sink_now.broken.is_none() {
                    sink_now.broken = write(sink_now.out, part).err();
                }
            }
            sink.next += 1;
            sink.progress.bytes += done.block.bytes.len() as u64;
            sink.progress.lines += done.lines;
            if let Some(tell) = self.watch.progress {
                tell(sink.progress);
            }
            let mut source = lock(&self.source);
            if sink.broken.is_some() {
                source.blocks = None;
            }
            source.spare.push(done);
        }
        self.turn.notify_all();
        self.watch.lap(&mut tally.times, Stage::Report);
    }

    /// Adds a finding for every claim whose id came before, with other claims between.
    fn report_scattered<'c>(
        &'c self,
        seen: &mut Seen,
        done: &mut Done,
        session: &mut Session<'c>,
        tally: &mut Tally,
    ) {
        let mut again = Vec::new();
        seen.add(done, &mut again);
        for ClaimAt { row, clean: was_clean, charge, plan, .. } in again {
            let mut claim = Claim::new(done.block.claim_id(row, &self.layout));
            claim.row = row;
            let reason = Reason::Scattered;
            claim.faults.push(Fault { field: Field::ClaimId, line: None, row, reason, shown: None });
            let findings: Vec<Finding> = session.check_faults(&claim, usize::from(plan)).to_vec();
            let clean = self.report(&claim, &findings, tally, &mut done.rendered);
            // Another thread may have counted it: counts of one thread may fall below zero, their sum does not.
            if was_clean && !clean {
                tally.clean_claims -= 1;
                tally.at_stake(charge);
            }
        }
        if let Some(lines) = seen.gave_up.take() {
            session.scattered_not_evaluated(lines);
        }
    }
}

/// The claim ids of a file, as far as memory allows.
#[derive(Default)]
struct Seen {
    /// The last id while all were in ascending order: then none can come again.
    last: Option<Box<[u8]>>,
    /// The ids while they were in order: not yet a set, for none was asked for.
    ordered: Vec<u64>,
    unordered: bool,
    hashes: FxHashSet<u64>,
    full: bool,
    gave_up: Option<u64>,
}

/// Most ids that are remembered: 4.5 MiB.
const MOST_IDS: usize = 450_000;

impl Seen {
    fn add(&mut self, done: &Done, again: &mut Vec<ClaimAt>) {
        if !self.unordered {
            match &done.ascending {
                Some((first, last)) if self.last.as_deref().is_none_or(|l| before(l, first)) => {
                    self.last = Some(last.clone());
                }
                _ if done.ids.is_empty() => {}
                _ => self.unordered = true,
            }
        }
        if self.full {
            if self.unordered {
                *self.gave_up.get_or_insert(0) += done.ids.len() as u64;
            }
            return;
        }
        if self.ordered.len() + self.hashes.len() + done.ids.len() > MOST_IDS {
            self.full = true;
            self.ordered = Vec::new();
            self.hashes = FxHashSet::default();
            return self.add(done, again);
        }
        if !self.unordered {
            self.ordered.extend(done.ids.iter().map(|claim| claim.id));
            return;
        }
        self.hashes.extend(std::mem::take(&mut self.ordered));
        again.extend(done.ids.iter().filter(|claim| !self.hashes.insert(claim.id)).copied());
    }
}

/// The order of numbers without leading zeros, and of texts of one length.
fn before(a: &[u8], b: &[u8]) -> bool {
    (a.len(), a) < (b.len(), b)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A worker that panicked has left nothing half done: what is shared changes in single steps.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
