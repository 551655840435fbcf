# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# outrun.sh PSR DIRECTORY: stops psr while its program needs more memory.
set -e
cd "$2"
mkfifo go
"$1" run --memory 16M --json json sh -c 'read x <go; exec ./grow touch 800' \
	>out &
psr=$!
sleep 0.4
kill -STOP $psr
program=$(pgrep -P $psr -x sh)
group=/sys/fs/cgroup/memory$(grep :memory: /proc/$program/cgroup | cut -d: -f3)
echo >go
tries=0
while ! grep -q 'under_oom 1' $group/memory.oom_control; do
	tries=$((tries + 1))
	[ $tries -lt 300 ]
	sleep 0.1
done
# It stands at the wall: not done, not dead.
[ ! -s out ]
kill -0 $psr
kill -CONT $psr
wait $psr
[ "$(cat out)" = 204800 ]
