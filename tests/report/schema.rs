//! What is written conforms to the published schemas.

use cleanclaim::report::Format;
use serde_json::{Value, json};

use crate::fixture::report;

pub(crate) fn read(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Says where a document does not conform.
pub(crate) fn faults(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

/// Our schemas let readers meet properties that they do not know. Here all must be known: what is written is documented.
pub(crate) fn strict(mut schema: Value) -> Value {
    fn close(at: &mut Value) {
        match at {
            Value::Object(object) => {
                if object.contains_key("properties") {
                    object.insert("additionalProperties".to_owned(), json!(false));
                }
                object.values_mut().for_each(close);
            }
            Value::Array(list) => list.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    schema
}

/// Each property of every object: where the object is, and its name.
pub(crate) fn properties(whole: &Value) -> Vec<(String, String)> {
    fn walk(at: &Value, path: &str, out: &mut Vec<(String, String)>) {
        match at {
            Value::Object(object) => {
                for (key, value) in object {
                    out.push((path.to_owned(), key.clone()));
                    walk(value, &format!("{path}/{key}"), out);
                }
            }
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, v)| walk(v, &format!("{path}/{i}"), out));
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(whole, "", &mut out);
    out
}

/// The schema of a part, as of a line of ndjson.
fn part(name: &str) -> Value {
    let mut schema = strict(read("docs/report.schema.json"));
    let object = schema.as_object_mut().unwrap();
    for key in ["type", "required", "properties", "additionalProperties"] {
        object.remove(key);
    }
    object.insert("$ref".to_owned(), json!(format!("#/$defs/{name}")));
    schema
}

#[test]
fn json_conforms_to_its_schema() {
    let schema = strict(read("docs/report.schema.json"));
    assert!(jsonschema::meta::is_valid(&schema));
    let report: Value = serde_json::from_str(&report(Format::Json, false)).unwrap();
    assert_eq!(faults(&schema, &report), Vec::<String>::new());
}

#[test]
fn ndjson_conforms_to_its_schema() {
    for line in report(Format::Ndjson, false).lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        let schema = part(object["kind"].as_str().unwrap());
        assert_eq!(faults(&schema, &object), Vec::<String>::new());
    }
}

/// Every way in which a report can be wrong is seen: each property of every object is left out, or has a value of no use.
#[test]
fn a_mutated_report_does_not_conform() {
    let schema = strict(read("docs/report.schema.json"));
    let whole: Value = serde_json::from_str(&report(Format::Json, false)).unwrap();
    let paths = properties(&whole);
    assert!(paths.len() > 100);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (path, key) in paths {
        let mut wrong = whole.clone();
        wrong.pointer_mut(&path).unwrap()[&key] = json!({"no": "use"});
        assert!(!validator.is_valid(&wrong), "{path}/{key} may be anything");
        // What need not be there: marks that stand only where they are true, and counts by rule.
        if !["stale", "fingerprint"].contains(&key.as_str()) && path != "/summary/rules" {
            let mut wrong = whole.clone();
            wrong.pointer_mut(&path).unwrap().as_object_mut().unwrap().remove(&key);
            assert!(!validator.is_valid(&wrong), "{path}/{key} may be missing");
        }
    }
    for (at, value) in [
        ("/version", json!(2)),
        ("/findings/0/rule", json!("COD1")),
        ("/findings/0/severity", json!("fatal")),
        ("/findings/0/row", json!(-1)),
        ("/findings/0/line", json!("1")),
        ("/summary/charges/at_stake", json!("1.5")),
        ("/summary/charges/at_stake", json!(1.5)),
        ("/summary/tables/0/from", json!("2026-1-1")),
        ("/summary/rules", json!({"cod001": 1})),
        ("/summary/unused_acceptances/0/fingerprint", json!("00000000075bcd15")),
        ("/summary/failed/0", json!("")),
        ("/summary/chosen/0", json!("cod001")),
    ] {
        let mut wrong = whole.clone();
        *wrong.pointer_mut(at).unwrap() = value;
        assert!(!validator.is_valid(&wrong), "{at}");
    }
}

/// The schema is OASIS's, as `serde-sarif` 0.8.0 carries it.
#[test]
fn sarif_conforms_to_the_published_schema() {
    let mut schema = read("tests/data/sarif-schema-2.1.0.json");
    // As published, this one pattern is no regular expression of ECMA-262: its bracket is closed twice.
    for of in ["run", "toolComponent"] {
        schema["definitions"][of]["properties"]["language"]["pattern"] =
            json!("^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    }
    let log: Value = serde_json::from_str(&report(Format::Sarif, false)).unwrap();
    assert_eq!(faults(&schema, &log), Vec::<String>::new());
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (at, value) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/results/0/level", json!("info")),
        ("/runs/0/results/0/ruleIndex", json!("0")),
        ("/runs/0/results/0/message", json!({})),
        ("/runs/0/results/1/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/tool/driver/rules/0/id", json!(null)),
        ("/runs/0/invocations/0/executionSuccessful", json!(1)),
        ("/runs/0/invocations/0/toolExecutionNotifications/0/message", json!({})),
        ("/runs/0/tool/driver/rules/0/name2", json!("more")),
    ] {
        let mut wrong = log.clone();
        let (parent, key) = at.rsplit_once('/').unwrap();
        wrong.pointer_mut(parent).unwrap()[key] = value;
        assert!(!validator.is_valid(&wrong), "{at}");
    }
}
