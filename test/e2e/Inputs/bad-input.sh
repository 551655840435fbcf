# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# bad-input.sh PSR DIRECTORY: prints a line for each case that is answered
# otherwise than the table says: status, a word of the message, arguments.
psr=$1
cd "$2" || exit 1
printf 'not a program\n' >text
printf '#!/no/such/interpreter\n' >script
printf '\177ELF\0\0garbage' >garbage
chmod +x script garbage

case_() {
	want=$1
	word=$2
	shift 2
	"$psr" "$@" >out.txt 2>err.txt </dev/null
	got=$?
	[ $got -eq "$want" ] || echo "psr $*: status $got, not $want"
	[ "$(wc -l <err.txt)" -eq 1 ] || echo "psr $*: $(cat err.txt)"
	grep -q "^psr: .*$word" err.txt || echo "psr $*: says $(cat err.txt)"
	[ -s out.txt ] && echo "psr $*: prints $(head -1 out.txt)"
	[ -e ran ] && echo "psr $*: ran the program"
	rm -f ran
}

touch_it='touch ran'
while IFS='|' read -r want word arguments; do
	eval "case_ $want '$word' $arguments"
done <<'TABLE'
2|no program given|run
2|no program given|run --
2|--nonsense is not an option|run --nonsense $touch_it
2|-x is not an option|run -x $touch_it
2|--memory needs an argument|run --memory
2|takes no argument|run --wait=yes $touch_it
2|--memory: .12Q. is not|run --memory 12Q $touch_it
2|--memory: .. is not|run --memory "" $touch_it
2|--memory: .-1. is not|run --memory -1 $touch_it
2|--memory: .0. is not|run --memory 0 $touch_it
2|--memory: .1e9. is not|run --memory 1e9 $touch_it
2|--memory: .0x10. is not|run --memory 0x10 $touch_it
2|--memory: .99999999T. is not|run --memory 99999999T $touch_it
2|--max-memory: .all. is not|run --max-memory all $touch_it
2|--min-memory is above|run --min-memory 2G --max-memory 1G $touch_it
2|--memory is above|run --memory 2G --max-memory 1G $touch_it
2|--retry needs --max-memory|run --retry $touch_it
2|--cores: .0. is not|run --cores 0 $touch_it
2|--cores: .two. is not|run --cores two $touch_it
2|--cores: .99999999999999999999. is not|run --cores 99999999999999999999 $touch_it
2|--backend: .cgroup. is not|run --backend cgroup $touch_it
2|--mode: .fast. is not|run --mode fast $touch_it
2|--mode: .pinned:. is not|run --mode pinned: $touch_it
1|/no/such/dir/x: No such file|run --json /no/such/dir/x $touch_it
2|--db: .. is not|run --db "" $touch_it
127|no-such-program: command not found|run no-such-program
127|./none: No such file|run ./none
127|: command not found|run ""
126|/: Permission denied|run /
126|text: Permission denied|run ./text
127|script: No such file|run ./script
126|garbage: Exec format error|run ./garbage
127|text/x: Not a directory|run ./text/x
2|no program given|predict
2|--nonsense is not an option|predict --nonsense true
2|--db needs an argument|predict --db
2|--db: .. is not|predict --db "" true
1|no-such-program: command not found|predict no-such-program
1|text: Permission denied|predict ./text
2|takes no operand, not .x.|doctor x
2|--nonsense is not an option|doctor --nonsense
2|--db: .. is not|doctor --db ""
2|frobnicate: no such command|frobnicate
TABLE

# Help goes to standard output.
for c in run predict doctor; do
	"$psr" $c --help 2>err.txt | grep -q "^Usage: psr $c" ||
		echo "$c --help"
	[ -s err.txt ] && echo "$c --help: $(cat err.txt)"
done
exit 0
