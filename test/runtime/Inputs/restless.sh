#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# restless.sh PSR PROGRAM DIR: launches PROGRAM twelve times under psr run, and
# continues it when it has stopped itself.
psr=$1 program=$2 dir=$3
export PSR_DB="$dir/db"
expected='child runs
sum 1 ticks 1 traps 1 flags 0 interrupted never child 0
continued'

continue_stopped() {
	for i in $(seq 400); do
		sleep 0.02
		for pid in $(pgrep -f "^$program\$"); do
			case $(cut -d' ' -f3 "/proc/$pid/stat") in
			T) kill -CONT "$pid" && return ;;
			esac
		done
	done
}

for i in $(seq 12); do
	continue_stopped &
	timeout 30 "$psr" run "$program" >"$dir/out"
	status=$?
	wait
	if [ "$(cat "$dir/out")" = "$expected" ] && [ $status = 143 ]; then
		echo same
	else
		echo "other: status $status"
		cat "$dir/out"
	fi
done
[ "$("$psr" db query --csv 'SELECT sum(instructions) > 300 AS n
	FROM sampled_program' | tail -n 1)" = 1 ] && echo sampled
