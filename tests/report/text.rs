//! The report for people.

use cleanclaim::report::{Checked, Format};
use cleanclaim::rule::Finding;
use cleanclaim::{Claim, Field, Line, Tables};

use crate::fixture::{finding, report};

#[test]
fn text_shows_the_code_in_its_place() {
    let expected = "\
a,b.csv:2  claim C001
    | dx E11.66 I10 M54.5 J06.9 R05.9 K21.9 and 2 more
  info COD007 undated-diagnosis: born after the service
    help: give the date of service
    source: ICD-10-CM code set (45 CFR 162.1002; CMS and CDC code files), Tabular list and annual
            code files [edition]

a,b.csv:2  claim C001 line 1
    | 2026-03-02  99213-25-59  x1.5  dx E11.66 I10 M54.5 J06.9 R05.9 K21.9 Z99 and 1 more  -> A,B
    |                                   ^^^^^^ COD001
    |                                                                      ^^^ COD002
  error COD001 unknown-diagnosis: E11.66 is in no release of ICD-10-CM
    help: nearest codes: E11.65, E11.69
    source: ICD-10-CM code set (45 CFR 162.1002; CMS and CDC code files), Tabular list and annual
            code files [edition]
  warning COD002 header-diagnosis: Z99 is a header
    help: report the most specific code that the documentation supports
    source: ICD-10-CM Official Guidelines for Coding and Reporting, I.B.2, Level of detail in coding
            [edition]
    stale: the table of ICD-10-CM stands until 2027-03-31; the service is later

a,b.csv:3  claim C001 line 20
    | 2026-03-02 to 2026-03-04  (no procedure)  dx E11.66 I10 M54.5 J06.9 R05.9 K21.9 and 2 more
    |                           ^^^^^^^^^^^^^^ COD013
  error COD013 missing-procedure: the line has no procedure code
    help: add the procedure code, or drop the line
    source: Medicare Claims Processing Manual (Pub. 100-04), chapter 26, 10.4, item 24D [edition]

a,b.csv:4  claim =cmd|' /C calc'!A0,\u{FFFD}[31m\"x\"
  error COD010 malformed-procedure: -1 is, \"no\" code, or is it
    help: report the code alone, without modifier, blanks or punctuation
    source: HCPCS code set (45 CFR 162.1002; CMS HCPCS quarterly update, AMA CPT), Code, add date
            and termination date [edition]

Summary
  3 claims, 4 lines, 1 clean (33.3 %)
  3 errors, 1 warning, 1 info
  charges at stake: 120.50 of 350.00 (34.4 %); 1 of the claims that are not clean without a charge
  the first 3 of 5 findings are shown

Not checked, or not to the end
  -late, \"b\".csv.gz:1: cannot unpack

  rule    name                   error  warning     info
  COD001  unknown-diagnosis          1
  COD002  header-diagnosis                    1
  COD007  undated-diagnosis                            1
  COD010  malformed-procedure        1
  COD013  missing-procedure          1

Acceptances that accept nothing
  accepted.csv:2 COD001 E11.67 of f-00000000075bcd15: there is no such finding any more

Not evaluated
  COD003 on 1 line: no date of service
  COD011, COD012 on 3 to 4 lines: no table of CPT and HCPCS codes; add one with `cleanclaim tables
    add HCPC2026_JAN_ANWEB.zip`

Tables used
  ICD-10-CM, test edition; 2015-10-01 to 2027-03-31; 2 lines of later days judged by this edition
    (stale)
";
    let report = report(Format::Text, false);
    assert_eq!(report, expected);
    assert!(!report.contains("PATIENT-ID"));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let coloured = report(Format::Text, true);
    assert!(coloured.contains("\u{1b}[1;31merror\u{1b}[0m"));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('m').unwrap() + 1..];
    }
    plain.push_str(rest);
    assert_eq!(plain, report(Format::Text, false));
}

#[test]
fn many_marks_stand_under_their_codes_and_on_the_screen() {
    let mut claim = Claim::new("C");
    let codes: Vec<String> = (0..25).map(|i| format!("S72.{:03}A", i)).collect();
    for code in &codes {
        claim.add_diagnosis(code);
    }
    let mut line = Line::new(1);
    line.set_procedure("99213");
    claim.lines.push(line);
    let findings: Vec<Finding> = (1..=25)
        .map(|n| finding("COD001", Field::Diagnosis(n), Some(0), 2, &codes[usize::from(n) - 1]))
        .collect();
    let tables = Tables::embedded();
    let mut out = Vec::new();
    let of = Checked { claim: &claim, findings: &findings, file: "f", tables: &tables };
    Format::Text.reporter(false).claim(&of, &mut out);
    let text = String::from_utf8(out).unwrap();
    let mut marked = Vec::new();
    let mut shown = "";
    for row in text.lines().filter(|row| row.starts_with("    |")) {
        assert!(row.len() <= 100, "{row}");
        if !row.contains('^') {
            shown = row;
            continue;
        }
        let mut rest = 0;
        while let Some(at) = row[rest..].find('^').map(|at| at + rest) {
            let end = row[at..].find(|c| c != '^').map_or(row.len(), |n| at + n);
            marked.push(shown[at..end].to_owned());
            rest = end;
        }
    }
    assert_eq!(marked, codes);
    assert_eq!(text.matches("source: ").count(), 1, "{text}");
}
