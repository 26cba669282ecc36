#!/usr/bin/env bash
# Instructions of two fixed runs, which no busy machine disturbs: more than a tenth above what counts.csv holds is an error.
#
#   benches/callgrind/check.sh                     compare
#   benches/callgrind/check.sh --update "reason"   and add what was counted to counts.csv, with the reason why it is more, or less
#
# Needs cargo and valgrind; says loudly that it skipped if there is no valgrind. Everything goes to bench-data/callgrind, which git does not track.
# Another compiler gives other counts: that is said, and compared all the same. If it alone makes the difference, that is the reason of an update.
set -euo pipefail
cd "$(dirname "$0")/../.."
counts=benches/callgrind/counts.csv
reason=
case "${1:-}" in
  "") ;;
  --update) reason=${2:?say why: --update "reason"} ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
case "$reason" in *[\",]*) echo "the reason is a cell of a csv file: no comma, no quotation mark" >&2; exit 2 ;; esac
if ! command -v valgrind > /dev/null; then
  printf '\n*** SKIPPED: instructions were not counted, there is no valgrind\n\n' >&2
  exit 0
fi

cargo build --locked --release --quiet --bin cleanclaim --example workload
root=$PWD
data=bench-data/callgrind
rm -rf "$data" && mkdir -p "$data"
target/release/examples/workload "$data" small 100000 > /dev/null
cd "$data"
"$root/target/release/cleanclaim" tables add --tables packs --complete tables/* > /dev/null

# The same names and the same empty environment everywhere: even their lengths would count.
count() {
  local status=0
  env -i PATH="$PATH" LC_ALL=C valgrind --tool=callgrind --callgrind-out-file=callgrind.out \
    ../../target/release/cleanclaim check --no-config --tables packs --as-of 2026-11-22 --threads 1 \
    --format csv --output findings.csv "$@" claims_100000.csv 2> valgrind.err || status=$?
  if [ "$status" -ne 1 ]; then
    cat valgrind.err >&2
    echo "the run ended with $status; findings, 1, were expected" >&2
    exit 2
  fi
  sed -n 's/^summary: \([0-9]*\).*/\1/p' callgrind.out
}

compiler=$(rustc --version | cut -d' ' -f2)
failed=0
compare() {
  local name=$1 now=$2 was date with change
  IFS=, read -r date with was < <(awk -F, -v name="$name" '$3 == name { last = $1 "," $2 "," $4 } END { print last }' "$root/$counts") || true
  if [ -z "$was" ]; then
    echo "$name: $now instructions; none to compare with"
  else
    change=$(awk -v now="$now" -v was="$was" 'BEGIN { printf "%+.1f", 100 * (now / was - 1) }')
    echo "$name: $now instructions, $change % of $was on $date"
    [ "$with" = "$compiler" ] || echo "  counted with rustc $with, now with $compiler"
    if awk -v change="$change" 'BEGIN { exit !(change > 10) }' && [ -z "$reason" ]; then
      echo "  more than a tenth above; mend it, or say why: benches/callgrind/check.sh --update \"reason\"" >&2
      failed=1
    elif awk -v change="$change" 'BEGIN { exit !(change < -10) }' && [ -z "$reason" ]; then
      echo "  more than a tenth below: hold it by an update"
    fi
  fi
  if [ -n "$reason" ]; then
    echo "$(date -u +%F),$compiler,$name,$now,$reason" >> "$root/$counts"
  fi
}

[ -e "$root/$counts" ] || echo "date,rustc,run,instructions,reason" > "$root/$counts"
compare "all default rules" "$(count)"
compare "four families" "$(count --select COD,NCC,MUE,COV001)"
exit $failed
