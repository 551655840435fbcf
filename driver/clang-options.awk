# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Lists, from clang's own clang/Options/Options.inc, the driver's options that
# take their values as separate arguments:
#   awk -f clang-options.awk Options.inc >clang_options.def
BEGIN {
	print "/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */"
	print "/* Made by clang-options.awk; driver/cc-options.test compares. */"
}
# OPTION(prefixes, offset /* -name */, id, Kind, group, alias, aliasargs,
#        flags, visibility, param, ...
/^OPTION\(/ && /DefaultVis/ {
	name = $0
	sub(/^[^*]*\* /, "", name)
	sub(/ \*\/.*/, "", name)
	rest = $0
	sub(/^[^*]*\*[^*]*\*\/, /, "", rest)
	split(rest, f, /, /)
	if (f[2] == "Separate" || f[2] == "JoinedOrSeparate")
		print "VALUES(\"" name "\", 1)"
	else if (f[2] == "MultiArg")
		print "VALUES(\"" name "\", " f[8] ")"
	else if (f[2] == "JoinedAndSeparate")
		print "PREFIX(\"" name "\")"
	else
		next
	# Index 3 of the prefix table is "-" and "--".
	if ($0 ~ /^OPTION\(3,/)
		print "VALUES(\"-" name "\", 1)"
}
