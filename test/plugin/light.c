// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// In a loop that is no site, a loop without arithmetic pays for being chosen
// only if it is known to run for long.
// RUN: rm -f %t.json
// RUN: %clang -O3 -g1 -fplugin=%plugin -c %s -o %t.o -mllvm -psr-remarks=%t.json
// RUN: %FileCheck %s < %t.json
void step(void);

int rounds, flags[1000];

void long_enough(void)
{
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < 1000; i++)
			if (flags[i] > 3)
				flags[i] = 3;
		step();
	}
}
// CHECK-DAG: "function": "long_enough", "line": 14, {{.*}}"status": "site"

void short_trips(void)
{
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < 100; i++)
			if (flags[i] > 3)
				flags[i] = 3;
		step();
	}
}
// CHECK-DAG: "function": "short_trips", "line": 25, {{.*}}"id": "too-small"

void any_trips(int n)
{
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < n; i++)
			if (flags[i] > 3)
				flags[i] = 3;
		step();
	}
}
// CHECK-DAG: "function": "any_trips", "line": 36, {{.*}}"id": "light-inner"
