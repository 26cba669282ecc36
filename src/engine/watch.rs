//! Looks on while files are checked: how far it is, and what takes how long.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::rule::Rule;

/// Time since any one moment.
pub type Clock<'a> = &'a (dyn Fn() -> Duration + Sync);

/// Looks on while files are checked. The engine has no clock of its own: who wants times brings one.
#[derive(Clone, Copy, Default)]
pub struct Watch<'a> {
    /// With a clock the run is measured: [`Outcome::stats`](super::Outcome::stats).
    pub clock: Option<Clock<'a>>,
    /// Told after every block of a quarter of a megabyte, by whichever thread, but never by two at once.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

impl Watch<'_> {
    /// If the run is measured: what was done since the last lap belongs to that stage.
    pub(super) fn lap(self, times: &mut Times, stage: Stage) {
        if let Some(clock) = self.clock {
            times.lap(clock, stage);
        }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of rows that were checked, unpacked.
    pub bytes: u64,
    /// Lines that were checked.
    pub lines: u64,
}

/// What the time of a thread goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading and unpacking files, putting scattered claims together, and cutting blocks.
    Read,
    /// Making claims of rows.
    Parse,
    /// Looking up codes.
    Resolve,
    /// The rules, and the words of their findings.
    Rules,
    /// Sorting, counting and rendering findings, and writing them.
    Report,
    /// Waiting for another thread to read or to write.
    Wait,
}

impl Stage {
    /// All of them, in the order in which a claim meets them.
    pub const ALL: [Stage; 6] =
        [Stage::Read, Stage::Parse, Stage::Resolve, Stage::Rules, Stage::Report, Stage::Wait];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Parse => "parse",
            Stage::Resolve => "resolve",
            Stage::Rules => "rules",
            Stage::Report => "report",
            Stage::Wait => "wait",
        }
    }
}

/// What a run took. Times of all threads together; within blocks they are estimated from the first thousand claims of each thread and one of sixty-one after
/// them.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Stats {
    /// From the beginning to the end, by the clock on the wall.
    pub elapsed: Duration,
    /// Most threads that had something to check at the same time.
    pub threads: usize,
    /// How much was checked.
    pub done: Progress,
    /// Time by stage, parallel to [`Stage::ALL`].
    pub stages: [Duration; Stage::ALL.len()],
    /// Time by rule, in the order of their ids. Rules that were never asked are not there.
    pub rules: Vec<RuleTime>,
}

/// What a rule took.
#[derive(Clone, Copy, Debug)]
pub struct RuleTime {
    /// The rule.
    pub rule: &'static Rule,
    /// Claims about which it was asked.
    pub claims: u64,
    /// The time of all of them.
    pub time: Duration,
}

/// What is done with a claim when a [`Session`](super::Session) says so.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Its codes were looked up.
    Resolved,
    /// A rule was asked.
    Asked(&'static Rule),
}

/// The times of one thread; those of several add up.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    /// When the last lap ended.
    at: Duration,
    /// When the last step of a sampled claim ended.
    step_at: Duration,
    /// Claims for which a sampled one stands.
    weight: u32,
    /// What asking the clock takes.
    own: Duration,
    /// Blocks as a whole, from the first row to the last.
    blocks: Duration,
    /// Of these, what the sampled claims stand for.
    sampled: Duration,
    stages: [Duration; Stage::ALL.len()],
    rules: BTreeMap<&'static str, RuleTime>,
}

/// All of so many claims are looked at closely, so that short runs are measured well.
const ALL_OF_THE_FIRST: u64 = 1_000;
/// After them one of so many: a prime, so that it does not beat with what repeats in a file.
const ONE_OF: u32 = 61;

impl Times {
    /// Begins to measure a thread.
    pub(super) fn begin(&mut self, clock: Clock<'_>) {
        let asked = (0..64).map(|_| {
            let before = clock();
            clock().saturating_sub(before)
        });
        self.own = asked.min().unwrap_or_default();
        self.at = clock();
    }

    fn lap(&mut self, clock: Clock<'_>, stage: Stage) {
        let now = clock();
        self.stages[stage as usize] += now.saturating_sub(self.at);
        self.at = now;
    }

    /// What was done since the last lap is a block: parsing, and what the samples say.
    pub(super) fn block(&mut self, clock: Clock<'_>) {
        let now = clock();
        self.blocks += now.saturating_sub(self.at);
        self.at = now;
    }

    /// Begins with the n-th claim of the thread, if it is one to look at closely.
    pub(super) fn sample(&mut self, clock: Clock<'_>, claim: u64) -> bool {
        self.weight = match claim {
            ..ALL_OF_THE_FIRST => 1,
            n if n.is_multiple_of(u64::from(ONE_OF)) => ONE_OF,
            _ => return false,
        };
        self.step_at = clock();
        true
    }

    /// The sampled claim is a step further.
    pub(super) fn step(&mut self, clock: Clock<'_>, step: Step) {
        match step {
            Step::Resolved => _ = self.end_step(clock, Stage::Resolve),
            Step::Asked(rule) => {
                let time = self.end_step(clock, Stage::Rules);
                let of = RuleTime { rule, claims: 0, time: Duration::ZERO };
                let of = self.rules.entry(rule.id).or_insert(of);
                of.claims += u64::from(self.weight);
                of.time += time;
            }
        }
        self.step_at = clock();
    }

    /// The sampled claim is reported.
    pub(super) fn reported(&mut self, clock: Clock<'_>) {
        self.end_step(clock, Stage::Report);
    }

    fn end_step(&mut self, clock: Clock<'_>, stage: Stage) -> Duration {
        let time = clock().saturating_sub(self.step_at).saturating_sub(self.own) * self.weight;
        self.stages[stage as usize] += time;
        self.sampled += time;
        time
    }

    /// Adds those of another thread.
    pub(super) fn add(&mut self, other: &Times) {
        self.blocks += other.blocks;
        self.sampled += other.sampled;
        self.stages.iter_mut().zip(other.stages).for_each(|(ours, theirs)| *ours += theirs);
        for (id, theirs) in &other.rules {
            let of = RuleTime { claims: 0, time: Duration::ZERO, ..*theirs };
            let of = self.rules.entry(id).or_insert(of);
            of.claims += theirs.claims;
            of.time += theirs.time;
        }
    }

    /// What they come to in a run of that length.
    pub(super) fn stats(mut self, elapsed: Duration, threads: usize, done: Progress) -> Stats {
        self.stages[Stage::Parse as usize] = self.blocks.saturating_sub(self.sampled);
        Stats { elapsed, threads, done, stages: self.stages, rules: self.rules.into_values().collect() }
    }
}
