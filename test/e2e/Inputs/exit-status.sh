# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Prints a line for every status that does not pass through.
psr=$1
i=0
while [ $i -lt 256 ]; do
	"$psr" run sh -c "exit $i"
	got=$?
	[ $got -eq $i ] || echo "exit $i gave $got"
	i=$((i + 15))
done
for s in HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM \
	TERM XCPU XFSZ VTALRM PROF SYS RTMIN RTMAX; do
	# The shell's own report of the death is not wanted here.
	want=$(bash -c "(ulimit -c 0; exec sh -c 'kill -$s \$\$')" \
		>/dev/null 2>&1; echo $?)
	got=$(bash -c "ulimit -c 0; exec '$psr' run sh -c 'kill -$s \$\$'" \
		>/dev/null 2>&1; echo $?)
	[ "$got" = "$want" ] || echo "signal $s gave $got, not $want"
	case $s in
	INT | QUIT) ;; # a shell's background jobs ignore these two
	*) [ "$got" -gt 128 ] || echo "signal $s gave only $got" ;;
	esac
done
"$psr" run no-such-program 2>/dev/null
[ $? -eq 127 ] || echo "a missing program does not give 127"
"$psr" run /dev/null 2>/dev/null
[ $? -eq 126 ] || echo "a file that cannot be run does not give 126"
