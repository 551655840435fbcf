# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# table.awk - the main job's launches as tables for people.
#
# In, with | between: program, size, run, predicted, granted, used,
# confidence, backend, rolled back, code, and the race's line: wall of plain
# and PSR, CPU time of both in ms, "same" or "DIFFER".

BEGIN {
	FS = "|"
	row = "%-10s %-10s %2s | %9s %9s %9s %5s | %-10s | %-26s | %8s %8s %6s | %s\n"
	print ""
	print "Each launch, in the order they ran. Memory: the peak that " \
		"PSR predicted (nothing before the"
	print "first launch of a program), what it reserved, what the " \
		"program used, and how sure it was that"
	print "the reservation suffices. Code: the loop nest that took the " \
		"most time, and the variant"
	print "chosen for it; \"baseline\" is plain clang's code. Time: the " \
		"processor's, that of psr run itself"
	print "included; above 1, psr run was faster than plain clang -O3."
	print ""
	printf row, "", "", "", "memory", "memory", "memory", "", "reserved",
		"", "clang", "psr run", "clang", "same"
	printf row, "program", "size", "#", "predicted", "reserved", "used",
		"sure", "by", "code", "time", "time", "/ psr", "output"
	line = sprintf("%135s", "")
	gsub(/ /, "-", line)
	print line
}

function size(bytes)
{
	if (bytes == "")
		return "-"
	if (bytes < 1024 * 1024)
		return sprintf("%.0f KiB", bytes / 1024)
	return sprintf("%.1f MiB", bytes / 1024 / 1024)
}

function seconds(ms)
{
	return ms < 10 ? sprintf("%.1f ms", ms) : sprintf("%.0f ms", ms)
}

# Sorts v[1..n] and gives its middle.
function median(v, n,    i, j, t)
{
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j - 1] > v[j]; j--) {
			t = v[j]
			v[j] = v[j - 1]
			v[j - 1] = t
		}
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

{
	key = $1 " " $2
	if (!(key in launches))
		keys[++nkeys] = key
	n = ++launches[key]
	split($11, race, " ")
	ratio = race[3] / race[4]
	code = $10 == "" ? "baseline (too short)" : $10
	printf row, n == 1 ? $1 : "", n == 1 ? $2 : "", n, size($4),
		size($5), size($6), $4 == "" ? "-" : sprintf("%.0f%%", 100 * $7),
		$8 == "" ? "-" : $8, code, seconds(race[3]),
		seconds(race[4]), sprintf("%.2fx", ratio),
		race[5] == "same" ? "yes" : "NO"
	program[key] = $1
	label[key] = $2
	latest[key] = code
	ratios[key, n] = ratio
	if (race[5] != "same")
		differ[key] = 1
	reserved[key] += ($5 != "" && $6 != "" && $6 <= $5)
	predictions[key] += ($5 != "")
}

END {
	print ""
	print "What was learnt. Speed: clang's time over psr run's, for " \
		"the first launch and the median of"
	print "the others."
	print ""
	sum = "%-10s %-10s | %-26s | %8s %8s | %s\n"
	printf sum, "program", "size", "code chosen", "first", "later",
		"reservation sufficed"
	print substr(line, 1, 90)
	for (k = 1; k <= nkeys; k++) {
		key = keys[k]
		m = 0
		for (i = 2; i <= launches[key]; i++)
			later[++m] = ratios[key, i]
		printf sum, program[key], label[key], latest[key],
			sprintf("%.2fx", ratios[key, 1]),
			m ? sprintf("%.2fx", median(later, m)) : "-",
			predictions[key] ? reserved[key] " of " predictions[key] : "-"
	}
}
