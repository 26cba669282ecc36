//! How far a run is: a line on the terminal that goes away.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::tables::grouped;
use crate::engine::Progress;

/// A short run shows nothing.
const FIRST: Duration = Duration::from_millis(500);
/// Time between two looks at it.
const BETWEEN: Duration = Duration::from_millis(250);

/// The line. It shares the terminal with nothing else that is written meanwhile: what else goes to standard error clears it first.
pub(super) struct ProgressLine {
    began: Instant,
    /// Bytes in all, if that is known.
    total: Option<u64>,
    state: Mutex<State>,
}

struct State {
    /// When it is shown next.
    next: Duration,
    /// Characters that stand on the terminal.
    shown: usize,
}

impl ProgressLine {
    /// A line for a person who waits: if standard error is a terminal, and the report does not go there, too.
    pub(super) fn for_a_person(
        report_in_file: bool,
        total: impl FnOnce() -> Option<u64>,
    ) -> Option<ProgressLine> {
        let apart = report_in_file || !io::stdout().is_terminal();
        (apart && io::stderr().is_terminal()).then(|| ProgressLine {
            began: Instant::now(),
            total: total(),
            state: Mutex::new(State { next: FIRST, shown: 0 }),
        })
    }

    /// Shows how far the run is, if it is time to.
    pub(super) fn tell(&self, done: Progress) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = self.began.elapsed();
        if elapsed >= state.next {
            state.next = elapsed + BETWEEN;
            state.show(&text(done, self.total, elapsed));
        }
    }

    /// Takes it away.
    pub(super) fn clear(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.shown > 0 {
            state.show("");
        }
    }
}

impl State {
    /// Puts the text in the place of what stands there. Progress is a courtesy: that it cannot be shown stops nothing.
    fn show(&mut self, text: &str) {
        let back = if text.is_empty() { "\r" } else { "" };
        let _ = write!(io::stderr(), "\r{text:width$}{back}", width = self.shown);
        self.shown = text.len();
    }
}

fn text(done: Progress, total: Option<u64>, elapsed: Duration) -> String {
    let mut out = format!("{} lines, {}", grouped(done.lines), rates(done, elapsed));
    if let Some(total) = total.filter(|&total| total >= done.bytes && done.bytes > 0) {
        let part = done.bytes as f64 / total as f64;
        let left = elapsed.as_secs_f64() * (1.0 - part) / part;
        out += &format!(", {:.0} %, {} left", (part * 100.0).floor(), minutes(left.ceil() as u64));
    }
    out
}

/// What is done in a second.
pub(super) fn rates(done: Progress, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-6);
    let lines = three_digits(done.lines as f64 / seconds);
    format!("{} lines/s, {:.1} MB/s", grouped(lines), done.bytes as f64 / 1e6 / seconds)
}

/// Rounded: what follows would only flicker.
fn three_digits(number: f64) -> u64 {
    let unit = 10f64.powf((number.max(1.0).log10().floor() - 2.0).max(0.0));
    ((number / unit).round() * unit) as u64
}

fn minutes(seconds: u64) -> String {
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Progress = Progress { bytes: 50_000_000, lines: 700_000 };

    #[test]
    fn the_time_left_is_what_the_rest_takes_at_the_rate_so_far() {
        let text = |total, millis| text(HALF, total, Duration::from_millis(millis));
        assert_eq!(
            text(Some(100_000_000), 2_000),
            "700,000 lines, 350,000 lines/s, 25.0 MB/s, 50 %, 0:02 left"
        );
        assert_eq!(
            text(Some(100_000_001), 2_000),
            "700,000 lines, 350,000 lines/s, 25.0 MB/s, 49 %, 0:03 left"
        );
        assert_eq!(
            text(Some(50_000_000), 2_000),
            "700,000 lines, 350,000 lines/s, 25.0 MB/s, 100 %, 0:00 left"
        );
        assert!(text(Some(5_000_000_000), 60_000).ends_with(" 1 %, 1:39:00 left"));
    }

    #[test]
    fn nothing_is_foretold_where_the_end_is_not_known() {
        let rate_only = "700,000 lines, 350,000 lines/s, 25.0 MB/s";
        assert_eq!(text(HALF, None, Duration::from_secs(2)), rate_only);
        // The file grew.
        assert_eq!(text(HALF, Some(49_999_999), Duration::from_secs(2)), rate_only);
        let nothing = text(Progress::default(), Some(5), Duration::ZERO);
        assert_eq!(nothing, "0 lines, 0 lines/s, 0.0 MB/s");
    }

    #[test]
    fn rates_have_three_digits() {
        let numbers = [0.4, 1.0, 99.6, 999.4, 1_234.0, 999_999.0, 1_234_567.0];
        assert_eq!(numbers.map(three_digits), [0, 1, 100, 999, 1_230, 1_000_000, 1_230_000]);
    }
}
