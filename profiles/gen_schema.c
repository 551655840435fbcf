/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Runs at build time: gen_schema schema.sql views.sql [migrations/N.sql...]
 * prints a C file that holds them as strings. Where a file has the line
 * "--@record", the columns of record.def are put, each with its unit and
 * text as a comment, so that `.schema run` explains itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 512 };

static const struct {
	const char *name, *type, *unit, *text;
} columns[] = {
#define U64(name, unit, text) {#name, "INTEGER", #unit ": ", text},
#define F64(name, unit, text) {#name, "REAL", #unit ": ", text},
#define STR(name, size, text) {#name, "TEXT", "", text},
#include "record.def"
#undef U64
#undef F64
#undef STR
};

static void put_line(const char *line)
{
	fputs("\t\"", stdout);
	for (const char *p = line; *p; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		if (*p == '\t')
			fputs("\\t", stdout);
		else
			putchar(*p);
	}
	fputs("\\n\"\n", stdout);
}

static void put_record(void)
{
	size_t n = sizeof(columns) / sizeof(columns[0]);
	char line[LINE];

	for (size_t i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "\t%s %s%s\t-- %s%s",
			 columns[i].name, columns[i].type, i + 1 < n ? "," : "",
			 columns[i].unit, columns[i].text);
		put_line(line);
	}
}

/* Comment lines at the top are about the source, not the database. */
static int is_noise(const char *line)
{
	return !*line || !strncmp(line, "-- SPDX", 7);
}

static void put_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[LINE];

	if (!f) {
		perror(path);
		exit(1);
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!strcmp(line, "--@record"))
			put_record();
		else if (!is_noise(line))
			put_line(line);
	}
	fclose(f);
}

static int number_of(const char *path)
{
	const char *base = strrchr(path, '/');

	return atoi(base ? base + 1 : path);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	puts("/* Made by gen_schema.c. */\n#include \"schema.h\"\n");
	puts("const char psr_schema_sql[] =");
	put_file(argv[1]);
	puts("\t;\n\nconst char psr_views_sql[] =");
	put_file(argv[2]);
	puts("\t;\n\nconst struct psr_migration psr_migrations[] = {");
	for (int i = 3; i < argc; i++) {
		printf("\t{%d,\n", number_of(argv[i]));
		put_file(argv[i]);
		puts("\t},");
	}
	puts("\t{0, NULL}\n};");
	return ferror(stdout) || fflush(stdout);
}
