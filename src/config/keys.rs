//! The keys, each declared once.

use std::path::Path;

use toml::Spanned;
use toml::de::DeValue;

use super::reader::Reader;
use super::{AsOf, Colour, Config, ProfileChoice};
use crate::claim::Kind;
use crate::engine::{RuleChoice, When};
use crate::report::Format;
use crate::rule::Severity;

/// A key of a table that becomes a `T`.
pub(super) struct Key<T: 'static> {
    pub(super) name: &'static str,
    /// What it takes.
    pub(super) takes: &'static str,
    /// What holds where it is not stated.
    pub(super) default: &'static str,
    /// The option of `check` that goes over it.
    pub(super) flag: &'static str,
    /// What it is for.
    pub(super) about: &'static str,
    /// A line that may stand in a file.
    pub(super) example: &'static str,
    pub(super) read: fn(&mut Reader<'_>, &Spanned<DeValue<'_>>, &mut T),
    /// What is stated, in words.
    pub(super) show: fn(&T) -> Option<String>,
}

/// Of the file and of every profile.
pub(super) static RULE_KEYS: &[Key<RuleChoice>] = &[
    Key {
        name: "select",
        takes: "rules: ids, names, families, `ALL`",
        default: "ALL",
        flag: "--select",
        about: "Only these rules run. A family and `ALL` stand for their stable rules; a preview rule runs when it is named itself. In a profile: \
                instead of the file's choice.",
        example: "select = [\"ALL\", \"AMT007\"]",
        read: |reader, value, to| to.select = Some(reader.rules(value)),
        show: |it| it.select.as_ref().map(|list| list.join(", ")),
    },
    Key {
        name: "ignore",
        takes: "rules: ids, names, families",
        default: "none",
        flag: "--ignore",
        about: "These rules do not run. In a profile, and on the command line: beside those that are ignored already.",
        example: "ignore = [\"COV101\", \"DXS012\"]",
        read: |reader, value, to| to.ignore = reader.rules(value),
        show: |it| (!it.ignore.is_empty()).then(|| it.ignore.join(", ")),
    },
    Key {
        name: "severity",
        takes: "a table: rule or family = `error`, `warning` or `info`",
        default: "the rules' own",
        flag: "--severity",
        about: "Findings of a rule or family have another level. The narrowest name holds.",
        example: "severity = { DUP = \"error\", COD011 = \"info\" }",
        read: |reader, value, to| to.severity = reader.levels(value),
        show: |it| {
            let shown = it.severity.iter().map(|(rule, level)| format!("{rule}={level}"));
            (!it.severity.is_empty()).then(|| shown.collect::<Vec<_>>().join(", "))
        },
    },
];

/// Of the file.
pub(super) static KEYS: &[Key<Config>] = &[
    Key {
        name: "fail-on",
        takes: "`error`, `warning` or `info`",
        default: "error",
        flag: "--fail-on",
        about: "A run with a finding of this level, or a worse one, exits with 1, and its claim is not clean.",
        example: "fail-on = \"warning\"",
        read: |reader, value, to| {
            to.fail_on = reader.one_of(value, "level", &Severity::ALL.map(|s| (s.name(), s)))
        },
        show: |it| it.fail_on.map(|level| level.to_string()),
    },
    Key {
        name: "as-of",
        takes: "`today`, a date, or `none`",
        default: "today",
        flag: "--as-of",
        about: "The day that counts as today, for rules and acceptances that need to know: `today` is the day of the run (UTC), a date makes \
                runs repeatable, with `none` what needs a day is not evaluated.",
        example: "as-of = 2026-03-31",
        read: |reader, value, to| to.as_of = reader.as_of(value),
        show: |it| it.as_of.map(|day: AsOf| day.to_string()),
    },
    Key {
        name: "tables",
        takes: "a folder",
        default: "the user's data folder",
        flag: "--tables",
        about: "Folder of the tables that were added, for every command. The variable `CLEANCLAIM_TABLES` goes over it.",
        example: "tables = \"tables\"",
        read: |reader, value, to| {
            let hint = "; make it, and `cleanclaim tables add` fills it";
            to.tables = reader.path(value, Path::is_dir, "no such folder", hint);
        },
        show: |it| it.tables.as_ref().map(|path| path.display().to_string()),
    },
    Key {
        name: "map",
        takes: "`tuva`, `cclf`, `rif`, `cms1500`, or a file",
        default: "none",
        flag: "--map",
        about: "What the columns of claims are called: a known layout, or a TOML file of your own.",
        example: "map = \"tuva\"",
        read: |reader, value, to| to.map = reader.map(value),
        show: |it| it.map.as_ref().map(|path| path.display().to_string()),
    },
    Key {
        name: "columns",
        takes: "a table: our column = your name for it, or a list of names",
        default: "the names in `docs/columns.md`",
        flag: "",
        about: "What single columns are called, over `map`.",
        example: "columns = { dx1 = \"DIAG A\", dx2 = [\"DIAG B\", \"Second\"] }",
        read: |reader, value, to| to.columns = reader.columns(value),
        show: |it| {
            let shown = it.columns.iter().map(|(ours, theirs)| format!("{ours}={theirs:?}"));
            (!it.columns.is_empty()).then(|| shown.collect::<Vec<_>>().join(", "))
        },
    },
    Key {
        name: "accept",
        takes: "a file, or a list of files",
        default: "none",
        flag: "--accept",
        about: "Files of accepted findings: these are counted, not shown.",
        example: "accept = \"accepted.csv\"",
        read: |reader, value, to| {
            let hint = "; begin it with the line `rule,claim,fingerprint,codes,reason,until`";
            to.accept = reader.paths(value, Path::is_file, "no such file", hint);
        },
        show: |it| {
            let shown = |list: &Vec<std::path::PathBuf>| {
                list.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
            };
            it.accept.as_ref().map(shown)
        },
    },
    Key {
        name: "format",
        takes: "a report format",
        default: "text",
        flag: "--format",
        about: "Form of the report.",
        example: "format = \"ndjson\"",
        read: |reader, value, to| {
            to.format = reader.one_of(value, "format", &Format::ALL.map(|f| (f.name(), f)))
        },
        show: |it| it.format.map(|format| format.name().to_owned()),
    },
    Key {
        name: "output",
        takes: "a file",
        default: "standard output",
        flag: "--output",
        about: "The file of the report; it appears there only when it is whole.",
        example: "output = \"report.txt\"",
        read: |reader, value, to| to.output = reader.path(value, |_| true, "", ""),
        show: |it| it.output.as_ref().map(|path| path.display().to_string()),
    },
    Key {
        name: "color",
        takes: "`auto`, `always` or `never`",
        default: "auto",
        flag: "--color",
        about: "Colour in the text report.",
        example: "color = \"never\"",
        read: |reader, value, to| to.color = reader.one_of(value, "choice", &Colour::ALL),
        show: |it| it.color.map(|colour| colour.name().to_owned()),
    },
    Key {
        name: "strict",
        takes: "`true` or `false`",
        default: "false",
        flag: "--strict",
        about: "Exit with 2 if anything could not be evaluated.",
        example: "strict = true",
        read: |reader, value, to| to.strict = reader.yes_or_no(value),
        show: |it| it.strict.map(|yes| yes.to_string()),
    },
    Key {
        name: "quiet",
        takes: "`true` or `false`",
        default: "false",
        flag: "--quiet",
        about: "Say nothing on standard error but errors.",
        example: "quiet = true",
        read: |reader, value, to| to.quiet = reader.yes_or_no(value),
        show: |it| it.quiet.map(|yes| yes.to_string()),
    },
    Key {
        name: "threads",
        takes: "a number from 0 to 1024",
        default: "0",
        flag: "--threads",
        about: "Threads; 0 means one for each processor. The report is the same for any number.",
        example: "threads = 1",
        read: |reader, value, to| to.threads = reader.number(value, 1024).map(|n| n as u16),
        show: |it| it.threads.map(|n| n.to_string()),
    },
    Key {
        name: "max-findings",
        takes: "a number",
        default: "20000 for html, else no limit",
        flag: "--max-findings",
        about: "Most findings in the report, claims whole; the counts stay complete.",
        example: "max-findings = 500",
        read: |reader, value, to| to.max_findings = reader.number(value, u64::from(u32::MAX)),
        show: |it| it.max_findings.map(|n| n.to_string()),
    },
    Key {
        name: "group",
        takes: "mebibytes of memory; 0 for no",
        default: "0",
        flag: "--group",
        about: "Put the rows of each claim together first, for files in which they are scattered: on disk, in temporary files that no other user \
                can read and that are gone with the program, about three times as large as the claims. The report is in the order of the claims' first rows.",
        example: "group = 256",
        read: |reader, value, to| to.group = reader.number(value, u64::from(u32::MAX)).map(|n| n as u32),
        show: |it| it.group.map(|n| n.to_string()),
    },
    Key {
        name: "profile",
        takes: "tables `[[profile]]`",
        default: "none",
        flag: "",
        about: "Claims that are checked by rules of their own; the first profile that holds for a claim counts.",
        example: "[[profile]]\nname = \"Medicare\"\nwhen = { payer = \"Medicare\", jurisdiction = [\"J6\", \"JK\"] }\nignore = [\"DXS012\"]",
        read: |reader, value, to| to.profiles = reader.profiles(value),
        show: |it| {
            let names = it.profiles.iter().map(|profile| profile.name.as_str());
            (!it.profiles.is_empty()).then(|| names.collect::<Vec<_>>().join(", "))
        },
    },
];

/// Of a profile, beside its rules.
pub(super) static PROFILE_KEYS: &[Key<ProfileChoice>] = &[
    Key {
        name: "name",
        takes: "text",
        default: "its number",
        flag: "",
        about: "What reports and `config show --profile` call it.",
        example: "name = \"Medicare\"",
        read: |reader, value, to| to.name = reader.name(value).unwrap_or_default(),
        show: |it| Some(it.name.clone()),
    },
    Key {
        name: "when",
        takes: "a table of conditions",
        default: "none: a profile must have it",
        flag: "",
        about: "The claims that it is for: of every condition that is stated, one of its values must hold.",
        example: "when = { payer = [\"Medicare\", \"Railroad\"], claim-type = \"professional\" }",
        read: |reader, value, to| to.when = reader.when(value),
        show: |it| {
            let shown =
                WHEN_KEYS.iter().filter_map(|key| Some(format!("{}: {}", key.name, (key.show)(&it.when)?)));
            Some(shown.collect::<Vec<_>>().join("; "))
        },
    },
];

/// Of a profile's conditions.
pub(super) static WHEN_KEYS: &[Key<When>] = &[
    Key {
        name: "payer",
        takes: "a name, or a list",
        default: "any",
        flag: "",
        about: "How the payer's name begins, by letters and digits alone: `Medicare` is for `MEDICARE PART B`, too.",
        example: "when = { payer = \"Medicare\" }",
        read: |reader, value, to| to.payer = reader.names(value),
        show: |it| shown(&it.payer),
    },
    Key {
        name: "jurisdiction",
        takes: "a name, or a list",
        default: "any",
        flag: "",
        about: "The contractor or state, by letters and digits alone.",
        example: "when = { jurisdiction = [\"J6\", \"IL\"] }",
        read: |reader, value, to| to.jurisdiction = reader.names(value),
        show: |it| shown(&it.jurisdiction),
    },
    Key {
        name: "claim-type",
        takes: "`professional`, `institutional`, `dental`, or a list",
        default: "any",
        flag: "",
        about: "The kind of claim form.",
        example: "when = { claim-type = \"institutional\" }",
        read: |reader, value, to| to.claim_type = reader.each_of(value, "claim type", &KINDS),
        show: |it| {
            shown(
                it.claim_type.iter().filter_map(|kind| KINDS.iter().find(|(_, k)| k == kind)).map(|(n, _)| n),
            )
        },
    },
    Key {
        name: "taxonomy",
        takes: "a taxonomy code, or a list",
        default: "any",
        flag: "",
        about: "The provider's specialty, as the claim states it.",
        example: "when = { taxonomy = \"207Q00000X\" }",
        read: |reader, value, to| to.taxonomy = reader.codes(value),
        show: |it| shown(&it.taxonomy),
    },
    Key {
        name: "billing-npi",
        takes: "an NPI, or a list",
        default: "any",
        flag: "",
        about: "Who is paid: one practice of several.",
        example: "when = { billing-npi = \"1234567893\" }",
        read: |reader, value, to| to.billing_npi = reader.codes(value),
        show: |it| shown(&it.billing_npi),
    },
];

const KINDS: [(&str, Kind); 3] =
    [("professional", Kind::Professional), ("institutional", Kind::Institutional), ("dental", Kind::Dental)];

fn shown(values: impl IntoIterator<Item = impl std::fmt::Display>) -> Option<String> {
    let values: Vec<String> = values.into_iter().map(|v| v.to_string()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}
