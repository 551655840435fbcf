# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# MARK=TEXT leftovers.sh PSR: prints whatever runs with TEXT in their arguments
# have left behind, after the next psr command has had its chance to clean up.
psr=$1

left() {
	for dir in $(find /sys/fs/cgroup -type d -name 'psr-*' 2>/dev/null); do
		pid=${dir##*/psr-} # psr-NAMESPACE-PID-START
		pid=${pid#*-}
		# The groups of a psr that lives are not leftovers.
		[ -d "/proc/${pid%%-*}" ] || echo "group $dir"
	done
	pgrep -af -- "$MARK" | sed 's/^/process /'
}

"$psr" run sleep 0.1
tries=0
while [ $tries -lt 50 ] && [ -n "$(left)" ]; do
	sleep 0.1
	tries=$((tries + 1))
done
left
sqlite3 "$PSR_DB" "SELECT 'reservation ' || id FROM reservation;
SELECT 'running ' || id FROM run WHERE state = 'running';
SELECT 'integrity ' || integrity_check FROM pragma_integrity_check
WHERE integrity_check <> 'ok';"
