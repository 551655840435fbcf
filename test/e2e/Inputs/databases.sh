# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# databases.sh PSR DIRECTORY: runs a program with all kinds of broken
# databases; says DIFFERS where it behaves differently, and what doctor says.
psr=$1
cd "$2" || exit 1

PSR_DB=$PWD/good.db "$psr" run sh -c 'echo one two; exit 3'
PSR_DB=$PWD/good.db "$psr" run sleep 0.05
sqlite3 good.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null

try() {
	export PSR_DB=$2
	"$psr" doctor | grep -E '^(bad|no) +database' | sed "s/  */ /g;s/^/$1: /"
	"$psr" run sh -c 'echo one two; exit 3' >said 2>&1
	[ $? -eq 3 ] || echo "DIFFERS: $1: status"
	[ "$(cat said)" = "one two" ] || echo "DIFFERS: $1: $(cat said)"
	"$psr" predict true >/dev/null 2>&1 || echo "DIFFERS: $1: predict"
}

try missing $PWD/missing.db
head -c 5000 good.db >truncated.db
try truncated $PWD/truncated.db
head -c 20000 /dev/urandom >garbage.db
try garbage $PWD/garbage.db
cp good.db newer.db
sqlite3 newer.db 'PRAGMA user_version = 9999'
try newer $PWD/newer.db
# Root may write to what is read-only; another user may not, who may not come
# here, as below /root.
if [ "$(id -u)" -eq 0 ]; then
	ro=$(mktemp -d /tmp/psr-test-XXXXXX)
	cp "$psr" good.db "$ro" && chmod 444 "$ro/good.db" && chmod 555 "$ro"
	as_nobody() {
		PSR_DB=$ro/good.db setpriv --reuid=65534 --clear-groups \
			"$ro/psr" "$@"
	}
	as_nobody doctor | grep -E '^(bad|no) +database' |
		sed 's/  */ /g;s/^/read-only: /'
	as_nobody run sh -c 'echo one two; exit 3' >said 2>&1
	[ $? -eq 3 ] || echo "DIFFERS: read-only: status"
	[ "$(cat said)" = "one two" ] || echo "DIFFERS: read-only: $(cat said)"
	rm -rf "$ro"
else
	cp good.db read-only.db
	chmod 444 read-only.db
	try read-only $PWD/read-only.db
fi
mkdir directory.db
try directory $PWD/directory.db
try nowhere /proc/self/nowhere/psr.db
PSR_DB=$PWD/garbage.db "$psr" doctor | grep '^bad *set aside' |
	sed 's/  */ /g;s/^/aside: /'
# What was set aside was replaced, and the new one learns.
[ "$(sqlite3 garbage.db 'SELECT count(*) > 0 FROM run')" = 1 ] ||
	echo "DIFFERS: garbage: nothing learnt afterwards"
