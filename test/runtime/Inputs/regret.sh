# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# regret.sh PSR SUM: one launch of SUM with a new database; fails unless its
# account is what the calls took: 100 us by the baseline, 50 us by the best,
# 200 us by the slow one. The first calls, before the runtime wakes, are not
# in the account.
set -e
rm -f psr.db*
"$1" run --cores 1 "$2" 3000 9>calls >/dev/null
sqlite3 -separator ' ' psr.db \
	'SELECT spent_s, baseline_s, speedup, lost_s FROM gains' >gains
cat calls gains
awk -F'[= ]' '
	NR == FNR {
		spent = ($2 * 100 + $4 * 50 + $6 * 200) / 1e6
		base = ($2 + $4 + $6) / 1e4
		lost = ($2 * 50 + $6 * 150) / 1e6
		next
	}
	END {
		print spent, base, lost
		exit !($1 > 0.7 * spent && $1 < 1.3 * spent &&
			$2 > 0.7 * base && $2 < 1.3 * base &&
			$3 > 1.7 && $3 < 2.05 && $4 > 0 && $4 < 1.2 * lost)
	}' calls gains
