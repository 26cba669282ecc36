#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to a terminal")]
//! Checks one claim that a program has in hand.
//!
//! ```sh
//! cargo run --example check_claim
//! ```

use cleanclaim::{Checker, Claim, Line, Tables};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Once, at start: the tables that are part of the program. `Tables::open(folder)` adds the user's own.
    let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);

    let mut claim = Claim::new("A-1001");
    claim.add_diagnosis("M54.5");
    claim.add_diagnosis("S39.012A");
    let mut line = Line::new(1);
    line.from = Some("2026-03-02".parse()?);
    line.place = Some("11".parse()?);
    line.set_procedure("99213");
    line.units = Some("1".parse()?);
    line.charge = Some("125.00".parse()?);
    line.point_at(&[1, 2]);
    claim.lines.push(line);

    // Once for each thread: a session keeps its buffers from claim to claim.
    let mut session = checker.session();
    for finding in session.check(&claim) {
        let rule = finding.rule;
        println!("{} {} {}: {}", finding.severity, rule.id, finding.field, finding.message);
        println!("  {}", finding.advice());
        println!("  {}, {}", rule.citation.title, rule.citation.section);
    }
    Ok(())
}
