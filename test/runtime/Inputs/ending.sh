#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# ending.sh PSR PROGRAM DIR: launches PROGRAM under psr run so that it ends in
# each of its ways at many an instant of being sampled.
psr=$1 program=$2 dir=$3
export PSR_DB="$dir/db"

# Of psr and its program each thread, those that have ended, too.
states() {
	for pid in $(pgrep -f "run $program") $(pgrep -f "^$program"); do
		for task in /proc/"$pid"/task/*; do
			echo "$(ps -o etimes= -p "$pid") $task" \
				"$(grep -E '^(Name|State|Pid|TracerPid|SigPnd)' \
				"$task/status" | tr '\n\t' '  ')" \
				"$(cat "$task/wchan")"
		done
	done 2>/dev/null
}

# Whoever hangs is looked at while psr is there to hang.
while sleep 2; do
	states | awk '$1 > 10 && /Name: psr/ { old = 1 } END { exit !old }' &&
		states >"$dir/late"
done &
watch=$!
trap 'kill $watch' EXIT

for way in exit exec leave; do
	right=0
	for us in $(seq 4000 431 24000); do
		out=$(timeout -s KILL 20 "$psr" run "$program" $way "$us")
		status=$?
		if [ "$out" = done ] && [ $status = 0 ]; then
			right=$((right + 1))
		else
			echo "$way $us: status $status, '$out'"
			[ ! -e "$dir/late" ] || mv "$dir/late" "$dir/hung"
			[ ! -e "$dir/hung" ] || cat "$dir/hung"
			states
			pkill -KILL -f "^$program"
			break
		fi
	done
	echo "$way: $right"
done
