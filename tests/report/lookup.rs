//! The form of `lookup --format json` is its published schema's.

use std::path::PathBuf;
use std::sync::LazyLock;

use cleanclaim::import::{AddOptions, TablesFolder};
use cleanclaim::lookup::{Answer, answer, look_up};
use cleanclaim::report::answer_json;
use cleanclaim::search::Query;
use cleanclaim::{Date, Tables};
use serde_json::{Value, json};

use crate::schema::{faults, read, strict};

const DAY: Date = Date::constant(2026, 3, 2);

/// Tables of every kind: the synthetic ones of the tests.
fn tables() -> Tables {
    let folder = std::env::temp_dir().join(format!("cleanclaim-lookup-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir("tests/data/edits").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.extend(["tests/data/hcpcs_small.txt", "tests/data/policies.csv"].map(PathBuf::from));
    TablesFolder::open(&folder).add(&files, &AddOptions::default()).unwrap();
    let tables = Tables::open(&folder).unwrap();
    let _ = std::fs::remove_dir_all(&folder);
    tables
}

/// Every kind of card, every status, every way in which a code is found.
fn answers() -> Vec<Answer> {
    let tables = tables();
    let mut out: Vec<Answer> = [
        "E11.65",
        "E11",
        "S72.001A",
        "S72.001",
        "M54.5",
        "Z3A.20",
        "O80",
        "QA0",
        "A1",
        "LT",
        "25",
        "11",
        "G0008",
        "G0106",
        "G0120",
        "00020",
        "00021",
        "E11.66",
        "99999",
        "250.00",
        "",
        "e116",
        "dm2 w hyperglycemia",
        "fx clavicle shaft displaced left initial closed",
        "fx clavicle shaft displaced left",
        "hypertesion ",
        "hyperglyc",
        "coughs ",
        "diabetes",
        "hammertoe ",
        "under weight",
        "pain in left foot",
        "dementia",
        "M25.519",
        "00010",
        "00012",
        "00022",
        "00023",
        "00024",
        "wet amd right eye",
        "influenza due to identified novel influenza a virus ",
        "tray ",
        "synth ",
        "xqzxqzxqz cough",
        "low back pain left",
        "gout right big toe",
        "ckd stage 4",
    ]
    .iter()
    .map(|text| look_up(&tables, text, DAY))
    .collect();
    for (text, day) in [
        ("M54.50", "2021-09-30"),
        ("I60.21", "2017-10-01"),
        ("E11.65", "2015-09-30"),
        ("00010", "2026-08-01"),
        ("low back pain ", "2021-09-30"),
        ("low back pain ", "2030-01-01"),
    ] {
        out.push(look_up(&tables, text, day.parse().unwrap()));
    }
    out.push(answer(
        &tables,
        &Query { billable: true, chapter: Some(19), ..Query::new("fracture of clavicle", DAY) },
    ));
    out
}

fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_slice(&answer_json(&answers())).unwrap());
    &DOCUMENT
}

#[test]
fn every_answer_conforms_to_the_schema() {
    let schema = strict(read("docs/lookup.schema.json"));
    assert!(jsonschema::meta::is_valid(&schema));
    for answer in document().as_array().unwrap() {
        assert_eq!(faults(&schema, &json!([answer])), Vec::<String>::new(), "{}", answer["query"]);
    }
    assert_eq!(faults(&schema, &json!([])), Vec::<String>::new());
}

/// The answers have all that the schema names, so that each part of it is tested: all values of all lists of values but those told here.
#[test]
fn every_part_of_the_schema_is_seen() {
    let text = document().to_string();
    let schema = read("docs/lookup.schema.json");
    let mut unseen = Vec::new();
    fn values(at: &Value, out: &mut Vec<String>) {
        match at {
            Value::Object(object) => {
                out.extend(
                    object
                        .get("properties")
                        .and_then(Value::as_object)
                        .into_iter()
                        .flat_map(|p| p.keys().cloned()),
                );
                let of = object.get("enum").and_then(Value::as_array).into_iter().flatten();
                out.extend(of.chain(object.get("const")).filter_map(Value::as_str).map(str::to_owned));
                object.values().for_each(|value| values(value, out));
            }
            Value::Array(list) => list.iter().for_each(|value| values(value, out)),
            _ => {}
        }
    }
    let mut named = Vec::new();
    values(&schema, &mut named);
    for name in named {
        if !text.contains(&format!("\"{name}\"")) {
            unseen.push(name);
        }
    }
    // Tables without which there is no answer at all, and CMS's digit of an edit that is gone.
    unseen.retain(|name| !["icd10cm", "places", "9"].contains(&name.as_str()));
    unseen.sort();
    unseen.dedup();
    assert_eq!(unseen, [""; 0]);
}

/// Every way in which an answer can be wrong is seen: each property of every object is left out, or has a value of no use.
#[test]
fn a_mutated_answer_does_not_conform() {
    let schema = strict(read("docs/lookup.schema.json"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for answer in document().as_array().unwrap() {
        let whole = json!([answer]);
        for (path, key) in crate::schema::properties(&whole) {
            // The same property in the next item of a list is the same.
            let shape: String = format!("{path}/{key}").chars().filter(|c| !c.is_ascii_digit()).collect();
            if !seen.insert(format!("{shape} {}", answer["cards"][0]["kind"])) {
                continue;
            }
            let mut wrong = whole.clone();
            wrong.pointer_mut(&path).unwrap()[&key] = json!({"no": "use"});
            assert!(!validator.is_valid(&wrong), "{}: {path}/{key} may be anything", answer["query"]);
            if !["meant", "note"].contains(&key.as_str()) {
                let mut wrong = whole.clone();
                wrong.pointer_mut(&path).unwrap().as_object_mut().unwrap().remove(&key);
                assert!(!validator.is_valid(&wrong), "{}: {path}/{key} may be missing", answer["query"]);
            }
        }
    }
    assert!(seen.len() > 100, "{}", seen.len());
}
