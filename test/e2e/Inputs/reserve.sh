# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# reserve.sh PSR DIRECTORY: prints a line for everything that is not right.
psr=$1
cd "$2" || exit 1
gib=$("$psr" doctor --json | jq -r '.[] | select(.name == "memory").detail' |
	cut -d. -f1)
most=$((gib * 3 / 4))G

reserved() {
	sqlite3 "$PSR_DB" 'SELECT coalesce(sum(memory_bytes), 0) FROM reservation' \
		2>/dev/null || echo 0 # the database is just being made
}

# field FILE NAME WANT
field() {
	got=$(jq -r ".$2" "$1")
	[ "$got" = "$3" ] || echo "$1: $2 is $got, not $3"
}

"$psr" run --memory $most --json holder.json sleep 4 &
holder=$!
tries=0
while [ $tries -lt 100 ] && [ "$(reserved)" = 0 ]; do
	sleep 0.02
	tries=$((tries + 1))
done
[ "$(reserved)" -gt 0 ] || echo "nothing is in the ledger"

"$psr" run --memory $most --json default.json true
field default.json grant_memory_bytes null
"$psr" run --memory $most --smaller --json smaller.json true
got=$(jq .grant_memory_bytes smaller.json)
[ "$got" != null ] && [ "$got" -lt $((gib << 29)) ] ||
	echo "--smaller was granted $got"
start=$(date +%s%N)
"$psr" run --memory $most --wait --json wait.json true
[ $((($(date +%s%N) - start) / 1000000)) -gt 300 ] ||
	echo "--wait did not wait"
[ "$(jq .grant_memory_bytes wait.json)" != null ] ||
	echo "--wait was granted nothing"
wait $holder
[ "$(jq .grant_memory_bytes holder.json)" != null ] ||
	echo "the holder was granted nothing"
[ "$(reserved)" = 0 ] || echo "$(reserved) bytes are still reserved"

# Processors: as many as asked for, and the program knows.
if [ "$(nproc)" -gt 1 ]; then
	[ "$("$psr" run --cores 1 --json cores.json nproc)" = 1 ] ||
		echo "--cores 1 gave more"
	[ "$(jq -r .grant_cpus cores.json)" != null ] || echo "none is noted"
	[ "$("$psr" run nproc)" = "$(nproc)" ] || echo "pinned unasked"
	[ "$("$psr" run --backend rlimit --cores 1 nproc)" = 1 ] ||
		echo "the last resort does not pin"
fi
# Each means that works here, by name.
for b in cgroup-v2 cgroup-v1 rlimit; do
	"$psr" doctor | grep -q "^ok *$b" || continue
	"$psr" run --backend $b --memory 64M --json $b.json sleep .02
	field $b.json backend $b
	field $b.json exit_status 0
	field $b.json grant_memory_bytes $((64 << 20))
done
exit 0
