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
echo >go
sleep 1.5
# It stands at the wall: not done, not dead.
[ ! -s out ]
kill -0 $psr
kill -CONT $psr
wait $psr
[ "$(cat out)" = 204800 ]
