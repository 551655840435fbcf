# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Asks everything that 'psr db' ($1) can be asked.
set -e
psr=$1
ask() { "$psr" db query --csv "$1" | tail -n 1; }
say() { echo "== $*"; }

say path
"$psr" db path
say list
"$psr" db list --program prog --limit 2
say list of none
"$psr" db list --program none
say list json
"$psr" db list --limit 0 --json >list.json
jq -r '"\(length) \(all(.[]; .program == "prog"))"' list.json

say show
"$psr" db show 1
run=$(ask 'SELECT run FROM sample LIMIT 1')
uuid=$(ask "SELECT uuid FROM run WHERE id = $run")
say show the run with samples
"$psr" db show "$uuid"
say the same as JSON
"$psr" db show "$run" --json >show.json
jq -c keys show.json
jq -r '"\(.samples | length) \(.adaptations | length) \(.files | length) " +
	"\(.samples[1].cpu_ns)"' show.json
say show the run with sites
"$psr" db show "$(ask 'SELECT run FROM run_site')"

say sites
"$psr" db sites
say sites of a module
"$psr" db sites --module prog --csv
say times
"$psr" db sites --module prog --times

say query
"$psr" db query --csv "SELECT 1 AS a, 'x,\"y\"' AS b, NULL AS c, '' AS d"
say query json
"$psr" db query --json "SELECT 1, 'q\"\\' || char(10), NULL, 9e999, x'00ff',
	1.5, 'é', char(127)" | sed 's/\\u007f/\\\\u007f/' | jq -c '.[0] | [.[]]' |
	sed 's/\\\\u007f/\\u007f/'
say query nothing
"$psr" db query --json 'SELECT 1 AS a WHERE 0'
"$psr" db query --csv 'SELECT 1 AS a WHERE 0'
say value
"$psr" db query --csv -- 'SELECT ? AS a' -5

say exports
for what in runs samples adaptations files sites variants times choices \
	reservations; do
	"$psr" db export --json $what >$what.json
	echo "$what $(jq 'length > 0' $what.json)"
done
"$psr" db export >runs.csv
echo "runs as CSV: $(wc -l <runs.csv) lines"
say maintain
"$psr" db maintain
say check
"$psr" db check
