#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# crowd.sh PSR PROGRAM DIR: launches PROGRAM under psr run, eight at a time and
# sampled anew each time, so that steps take long. Prints how many launches
# ended well.
psr=$1 program=$2 dir=$3

launch() {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		rm -f "$dir/db$1"*
		PSR_DB="$dir/db$1" timeout -s KILL 60 "$psr" run "$program" \
			>"$dir/out$1" 2>"$dir/err$1"
		echo "status $?"
	done
}

for k in 1 2 3 4 5 6 7 8; do
	launch $k &
done >"$dir/statuses"
wait
sort "$dir/statuses" | uniq -c
