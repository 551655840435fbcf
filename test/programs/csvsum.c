/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * csvsum FILE [--time] - summarises the columns of a CSV file of any size.
 *
 * Lines that start with '#' are comments, the first other line names the
 * columns. For each numeric column: values, gaps, least, greatest, mean and
 * standard deviation; then the strongest correlation with another column,
 * over the rows without a gap; then a checksum of all sums. Memory does not
 * grow with the file: rows pass through in blocks.
 */
#include <math.h>

#include "common.h"

#define MAX_COLUMNS 64
#define BLOCK_ROWS  512

struct summary {
	size_t columns, rows, complete;
	char *names[MAX_COLUMNS];
	bool text[MAX_COLUMNS];
	double shift[MAX_COLUMNS]; /* the first value, for stable sums */
	double count[MAX_COLUMNS];
	double least[MAX_COLUMNS], greatest[MAX_COLUMNS];
	double sum[MAX_COLUMNS], square[MAX_COLUMNS];
	double joint_sum[MAX_COLUMNS];
	double joint[MAX_COLUMNS * MAX_COLUMNS];
	double block[BLOCK_ROWS * MAX_COLUMNS];
	size_t block_rows;
};

/* The cell before END as a number; NAN when it is none. */
static double parse_number(const char *s, const char *end)
{
	static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
				     1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
				     1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
	const char *p = s;
	bool negative = p < end && *p == '-';
	uint64_t digits = 0;
	size_t n = 0, after = 0;
	char *stop;
	double v;

	p += negative;
	for (; p < end && *p >= '0' && *p <= '9' && n < 19; p++, n++)
		digits = digits * 10 + (uint64_t)(*p - '0');
	if (p < end && *p == '.')
		for (p++; p < end && *p >= '0' && *p <= '9' && n < 19;
		     p++, n++, after++)
			digits = digits * 10 + (uint64_t)(*p - '0');
	if (n && p == end && digits <= UINT64_C(1) << 53) {
		v = (double)digits / ten[after]; /* exactly rounded */
		return negative ? -v : v;
	}
	v = strtod(s, &stop);
	return stop == end && stop != s ? v : NAN;
}

/* Adds the block's values to each column's sums. NAN is a gap. */
static void accumulate(size_t rows, size_t columns,
		       const double *restrict block,
		       const double *restrict shift, double *restrict count,
		       double *restrict least, double *restrict greatest,
		       double *restrict sum, double *restrict square)
{
	for (size_t r = 0; r < rows; r++) {
		const double *row = block + r * columns;

		for (size_t c = 0; c < columns; c++) {
			double x = row[c];
			bool there = x == x;
			double d = there ? x - shift[c] : 0;

			count[c] += there ? 1 : 0;
			least[c] = x < least[c] ? x : least[c];
			greatest[c] = x > greatest[c] ? x : greatest[c];
			sum[c] += d;
			square[c] += d * d;
		}
	}
}

/* Adds the products of all pairs of columns, row by row. */
static void correlate(size_t rows, size_t columns, const double *restrict block,
		      const double *restrict shift, double *restrict joint_sum,
		      double *restrict joint)
{
	double d[MAX_COLUMNS];

	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns; c++) {
			d[c] = block[r * columns + c] - shift[c];
			joint_sum[c] += d[c];
		}
		for (size_t i = 0; i < columns; i++)
			for (size_t j = 0; j < columns; j++)
				joint[i * columns + j] += d[i] * d[j];
	}
}

/* Moves the rows without a gap to the block's start; counts them. */
static size_t keep_complete(struct summary *s)
{
	size_t kept = 0;

	for (size_t r = 0; r < s->block_rows; r++) {
		const double *row = s->block + r * s->columns;
		bool whole = true;

		for (size_t c = 0; c < s->columns; c++)
			whole = whole && (s->text[c] || row[c] == row[c]);
		if (!whole)
			continue;
		for (size_t c = 0; c < s->columns; c++)
			s->block[kept * s->columns + c] =
			    s->text[c] ? 0 : row[c];
		kept++;
	}
	return kept;
}

static void end_block(struct summary *s)
{
	size_t kept;

	for (size_t c = 0; c < s->columns; c++)
		if (s->shift[c] != s->shift[c])
			s->shift[c] = 0; /* text, or gaps only so far */
	accumulate(s->block_rows, s->columns, s->block, s->shift, s->count,
		   s->least, s->greatest, s->sum, s->square);
	kept = keep_complete(s);
	correlate(kept, s->columns, s->block, s->shift, s->joint_sum, s->joint);
	s->complete += kept;
	s->block_rows = 0;
}

/* The end of the cell at S: its comma or the line's end. */
static char *cell_end(char *s, char *end)
{
	bool quoted = false;

	for (; s < end && (quoted || *s != ','); s++)
		quoted ^= *s == '"';
	return s;
}

static void header(struct summary *s, char *line, char *end)
{
	while (line <= end && s->columns < MAX_COLUMNS) {
		char *stop = cell_end(line, end);
		size_t n = (size_t)(stop - line);
		char *name = grab("csvsum", n + 1, 1);

		memcpy(name, line, n);
		s->least[s->columns] = INFINITY;
		s->greatest[s->columns] = -INFINITY;
		s->shift[s->columns] = NAN;
		s->names[s->columns++] = name;
		line = stop + 1;
	}
}

static void row(struct summary *s, char *line, char *end)
{
	double *to = s->block + s->block_rows * s->columns;

	for (size_t c = 0; c < s->columns; c++) {
		char *stop = line <= end ? cell_end(line, end) : line;
		double v = line < stop ? parse_number(line, stop) : NAN;

		if (line < stop && v != v && s->shift[c] != s->shift[c])
			s->text[c] = true;
		if (v == v && s->shift[c] != s->shift[c])
			s->shift[c] = v;
		to[c] = v;
		line = stop + 1;
	}
	s->rows++;
	if (++s->block_rows == BLOCK_ROWS)
		end_block(s);
}

/* Takes the line from LINE up to END, where a NUL may be written. */
static void take_line(struct summary *s, char *line, char *end)
{
	if (end > line && end[-1] == '\r')
		end--;
	*end = '\0';
	if (end == line || *line == '#')
		return;
	if (!s->columns)
		header(s, line, end);
	else
		row(s, line, end);
}

/* Hands each line of F to take_line(). */
static void stream(struct summary *s, FILE *f, const char *path)
{
	size_t size = 1 << 20, held = 0, n;
	char *buffer = grab("csvsum", size + 1, 1);

	while ((n = fread(buffer + held, 1, size - held, f))) {
		char *line = buffer, *end = buffer + held + n, *stop;

		while ((stop = memchr(line, '\n', (size_t)(end - line)))) {
			take_line(s, line, stop);
			line = stop + 1;
		}
		held = (size_t)(end - line);
		if (held == size)
			die(path, "a line of more than 1 MiB");
		memmove(buffer, line, held);
	}
	if (ferror(f))
		die(path, "cannot read");
	if (held)
		take_line(s, buffer, buffer + held);
	free(buffer);
}

/* The column that moves most with column I, and how strongly. */
static double strongest(const struct summary *s, size_t i, size_t *with)
{
	double best = 0, n = (double)s->complete;

	*with = i;
	for (size_t j = 0; j < s->columns; j++) {
		double ij = s->joint[i * s->columns + j] -
			    s->joint_sum[i] * s->joint_sum[j] / n;
		double ii = s->joint[i * s->columns + i] -
			    s->joint_sum[i] * s->joint_sum[i] / n;
		double jj = s->joint[j * s->columns + j] -
			    s->joint_sum[j] * s->joint_sum[j] / n;

		if (i != j && ii > 0 && jj > 0 &&
		    fabs(ij) > fabs(best) * sqrt(ii * jj)) {
			best = ij / sqrt(ii * jj);
			*with = j;
		}
	}
	return best;
}

static void print_summary(const struct summary *s)
{
	uint64_t hash = FNV_START;

	printf("%-12s %9s %7s %12s %12s %12s %12s  correlates\n", "column",
	       "values", "gaps", "least", "greatest", "mean", "deviation");
	for (size_t c = 0; c < s->columns; c++) {
		double n = s->count[c], mean = s->sum[c] / n;
		double variance = s->square[c] / n - mean * mean;
		size_t with;
		double r = strongest(s, c, &with);

		if (s->text[c])
			continue;
		printf("%-12s %9.0f %7.0f %12.6g %12.6g %12.6g %12.6g  "
		       "%.4f %s\n",
		       s->names[c], n, (double)s->rows - n, s->least[c],
		       s->greatest[c], mean + s->shift[c],
		       sqrt(variance > 0 ? variance : 0), r, s->names[with]);
	}
	hash = checksum(hash, s->sum, s->columns);
	hash = checksum(hash, s->square, s->columns);
	hash = checksum(hash, s->least, s->columns);
	hash = checksum(hash, s->greatest, s->columns);
	hash = checksum(hash, s->joint, s->columns * s->columns);
	printf("csvsum %zu rows %zu complete %016llx\n", s->rows, s->complete,
	       (unsigned long long)hash);
}

int main(int argc, char **argv)
{
	bool timed = wants_time(&argc, argv);
	struct summary *s;
	FILE *f;

	if (argc != 2) {
		fprintf(stderr, "usage: csvsum FILE [--time]\n");
		return 2;
	}
	f = fopen(argv[1], "rb");
	if (!f) {
		perror(argv[1]);
		return 1;
	}
	phase(timed, NULL);
	s = grab("csvsum", 1, sizeof(*s));
	stream(s, f, argv[1]);
	if (s->block_rows)
		end_block(s);
	phase(timed, "stream");
	print_summary(s);
	for (size_t c = 0; c < s->columns; c++)
		free(s->names[c]);
	free(s);
	fclose(f);
	return 0;
}
