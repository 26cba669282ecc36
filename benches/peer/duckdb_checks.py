#!/usr/bin/env python3
"""The peer: the four families as joins in DuckDB.

    duckdb_checks.py FOLDER --build tables.duckdb
    duckdb_checks.py FOLDER --tables tables.duckdb --claims claims.csv --findings out.csv [--threads N]

FOLDER is what the example `workload` wrote. The first form loads its tables into a database file, once, as `cleanclaim tables add`
does; the second checks claims and writes rows of claim, line, class.
"""

import argparse
import os

import duckdb

# NCCI-associated modifiers: NCCI Policy Manual, chapter I, E.
ANATOMIC = "E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD RC LM RI"
OTHERS = "24 25 57 58 78 79 27 91 59 XE XS XP XU"
MODIFIERS = ", ".join(f"'{m}'" for m in f"{ANATOMIC} {OTHERS}".split())

DIAGNOSES = (1, 2, 3, 4)


def text(*columns):
    return "{" + ", ".join(f"'{c}': 'VARCHAR'" for c in columns) + "}"


def build(con, folder):
    """Reads the files that `tables add` reads; only ICD-10-CM, which is part of cleanclaim, has a file of its own."""
    tables = f"{folder}/tables"
    con.execute(f"""
    CREATE TABLE diagnoses AS FROM read_csv('{folder}/icd10cm.csv', header = true, columns = {{'code': 'VARCHAR',
        'billable_from': 'DATE', 'billable_to': 'DATE', 'header_from': 'DATE', 'header_to': 'DATE'}});
    CREATE TABLE procedures AS SELECT code, "from" AS first, coalesce("to", DATE '9999-12-31') AS last
        FROM read_csv('{tables}/procedures.csv', header = true,
            columns = {{'code': 'VARCHAR', 'from': 'DATE', 'to': 'DATE', 'title': 'VARCHAR'}});
    CREATE TABLE edits AS SELECT one, two, strptime(first, '%Y%m%d')::DATE AS first,
            CASE last WHEN '*' THEN DATE '9999-12-31' ELSE strptime(last, '%Y%m%d')::DATE END AS last, indicator
        FROM read_csv('{tables}/ccipra-v999r0-f1.txt', header = false, skip = 6, delim = '\t', quote = '', nullstr = '?',
            columns = {text('one', 'two', 'old', 'first', 'last', 'indicator', 'rationale')});
    CREATE TABLE limits AS SELECT code, most::INTEGER AS most
        FROM read_csv('{tables}/MCR_MUE_PractitionerServices_Eff_01-01-2023.csv', header = false, skip = 4,
            columns = {text('code', 'most', 'adjudication', 'rationale')});
    CREATE TABLE policies AS SELECT procedure, diagnosis
        FROM read_csv('{tables}/policies.csv', header = true, columns = {text('policy', 'procedure', 'relation', 'diagnosis',
            'group', 'jurisdiction', 'payer', 'from', 'to', 'modifier', 'citation')});
    """)


def check(con, database, claims, findings):
    con.execute(f"ATTACH '{database}' AS t (READ_ONLY)")
    lifts = " OR ".join(f"coalesce(mod{n} IN ({MODIFIERS}), false)" for n in (1, 2))
    con.execute(f"""
    CREATE TEMP TABLE c AS SELECT claim_id AS claim, line, dos_from AS day, procedure AS code, units, dx1, dx2, dx3, dx4,
        dx_pointers AS points, {lifts} AS lifts
    FROM read_csv('{claims}', header = true, delim = ',', quote = '"', columns = {{'claim_id': 'VARCHAR', 'line': 'INTEGER',
        'patient_sex': 'VARCHAR', 'patient_dob': 'DATE', 'dos_from': 'DATE', 'pos': 'VARCHAR', 'procedure': 'VARCHAR',
        'mod1': 'VARCHAR', 'mod2': 'VARCHAR', 'units': 'INTEGER', 'charge': 'DECIMAL(12,2)', 'dx1': 'VARCHAR', 'dx2': 'VARCHAR',
        'dx3': 'VARCHAR', 'dx4': 'VARCHAR', 'dx_pointers': 'VARCHAR'}})
    """)
    # A diagnosis of the claim is judged once for each day, on the first line that points at it.
    of_diagnosis = " UNION ALL ".join(f"""
    SELECT claim, min(line) AS line, class FROM (
        SELECT claim, line, day, CASE
            WHEN d.code IS NULL OR day BETWEEN d.header_from AND d.header_to THEN 'diagnosis-code'
            ELSE 'diagnosis-date' END AS class
        FROM c LEFT JOIN t.diagnoses d ON d.code = c.dx{n}
        WHERE c.dx{n} IS NOT NULL AND contains(points, '{'ABCD'[n - 1]}')
            AND (d.code IS NULL OR d.billable_from IS NULL OR day < d.billable_from OR day > d.billable_to))
    GROUP BY claim, day, class""" for n in DIAGNOSES)
    unsupported = " AND ".join(
        f"(dx{n} IS NULL OR NOT contains(points, '{'ABCD'[n - 1]}') OR (code, dx{n}) NOT IN (SELECT (procedure, diagnosis) FROM t.policies))"
        for n in DIAGNOSES
    )
    con.execute(f"""
    COPY (
    {of_diagnosis}
    UNION ALL
    SELECT claim, line, CASE WHEN p.code IS NULL THEN 'procedure-unknown' ELSE 'procedure-date' END
    FROM c LEFT JOIN t.procedures p ON p.code = c.code
    WHERE p.code IS NULL OR day < p.first OR day > p.last
    UNION ALL
    SELECT b.claim, b.line, 'pair'
    FROM c a JOIN c b ON a.claim = b.claim AND a.day = b.day AND a.line <> b.line
        JOIN t.edits e ON e.one = a.code AND e.two = b.code
    WHERE b.day BETWEEN e.first AND e.last AND (e.indicator = '0' OR e.indicator = '1' AND NOT a.lifts AND NOT b.lifts)
    UNION ALL
    SELECT claim, line, 'units' FROM c JOIN t.limits l ON l.code = c.code WHERE c.units > l.most
    UNION ALL
    SELECT claim, line, 'coverage' FROM c WHERE code IN (SELECT procedure FROM t.policies) AND {unsupported}
    ) TO '{findings}' (HEADER false)
    """)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--build", metavar="FILE")
    parser.add_argument("--tables", metavar="FILE")
    parser.add_argument("--claims", metavar="FILE")
    parser.add_argument("--findings", metavar="FILE")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    if args.build:
        if os.path.exists(args.build):
            os.remove(args.build)
        with duckdb.connect(args.build) as con:
            build(con, args.folder)
        return
    if not (args.tables and args.claims and args.findings):
        parser.error("either --build, or --tables, --claims and --findings")
    con = duckdb.connect()
    con.execute(f"SET threads = {args.threads}; SET preserve_insertion_order = false")
    check(con, args.tables, args.claims, args.findings)


if __name__ == "__main__":
    main()
