# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# pass-through.sh PSR DIRECTORY: prints a line for every difference between a
# program run alone and under psr.
psr=$1
cd "$2" || exit 1

# same NAME COMMAND...: standard output, error and status are the same.
same() {
	name=$1
	shift
	"$@" >alone.out 2>alone.err </dev/null
	a=$?
	"$psr" run "$@" >psr.out 2>psr.err </dev/null
	b=$?
	[ $a -eq $b ] || echo "$name: status $b, alone $a"
	cmp -s alone.out psr.out || { echo "$name: output"; diff alone.out psr.out; }
	cmp -s alone.err psr.err || { echo "$name: errors"; diff alone.err psr.err; }
}

unset _
same environment env -u _
cat >fds.py <<'PY'
import fcntl, os, re
for fd in range(256):
    try:
        flags = fcntl.fcntl(fd, fcntl.F_GETFL), fcntl.fcntl(fd, fcntl.F_GETFD)
    except OSError:
        continue
    name = os.readlink("/proc/self/fd/%d" % fd)
    print(fd, flags, re.sub("(alone|psr)\.(out|err)", "X", name))
PY
same descriptors python3 fds.py
exec 9<fds.py
same descriptor-9 python3 fds.py
exec 9<&-
same arguments printf '[%s]' '' ' ' '-' '--' "$(printf 'a\001\377b\nc')" '*' "'" '"'
same directory pwd
same umask sh -c umask
same limits sh -c 'ulimit -a'
same nice nice
same oom cat /proc/self/oom_score_adj
same processors nproc
same group sh -c 'ps -o pgid=,sid=,tty= -p $$ | tr -s " "'
same signals grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status
same ignored sh -c 'trap "" HUP CHLD USR1; exec grep SigIgn /proc/self/status'
same script ./script
same no-interpreter ./bare one 'two three'
same missing-library-error sh -c 'exec no-such-program-at-all'
same umask-files sh -c 'umask 027; >made; stat -c %a made; rm made'

# A program without #! is run by the shell's own means alone: by name.
trap '' USR2
same ignored-here grep SigIgn /proc/self/status
trap - USR2

# Standard input: a pipe, a file at an offset, closed.
printf 'a\nb\n' | "$psr" run cat >pipe
[ "$(cat pipe)" = "$(printf 'a\nb')" ] || echo "pipe: $(cat pipe)"
printf '1\n2\n3\n' >lines
{ read -r _first; "$psr" run cat; } <lines >rest
[ "$(cat rest)" = "$(printf '2\n3')" ] || echo "offset: $(cat rest)"
"$psr" run sh -c 'read x || echo closed' <&- >closed 2>/dev/null
[ "$(cat closed)" = closed ] || echo "closed standard input: $(cat closed)"
"$psr" run sh -c 'echo x >&2' 2>err >&-
[ "$(cat err)" = x ] || echo "closed standard output: $(cat err)"

# psr holds no end of a pipe: its reader ends when the program closes it.
start=$(date +%s)
exec 3< <("$psr" run sh -c 'exec >&- 2>&-; exec sleep 30')
job=$!
cat <&3
[ $(($(date +%s) - start)) -lt 25 ] || echo "psr holds standard output open"
kill $job
exec 3<&-

# Writing to a reader that has gone ends the program by SIGPIPE.
bash -c 'set -o pipefail; "$1" run yes | head -1 >/dev/null' - "$psr"
[ $? -eq 141 ] || echo "no SIGPIPE"

# What the program leaves in the background lives on.
"$psr" run sh -c 'sleep 30 >/dev/null 2>&1 & echo $! >pid'
kill "$(cat pid)" 2>/dev/null || echo "the background process died"
