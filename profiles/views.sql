-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
--
-- Views for people who come with plain sqlite3; docs/DATABASE.md lists them.
-- Every migration drops all views and makes these anew.

-- Runs, the latest first: what was predicted, granted and used.
CREATE VIEW runs AS
SELECT r.id AS run,
	strftime('%Y-%m-%d %H:%M:%S', r.started_ns / 1000000000, 'unixepoch',
		'localtime') AS started,
	p.name AS program,
	t.command AS arguments,
	r.state,
	r.exit_status AS status, r.term_signal AS signal,
	round(r.wall_ns / 1e9, 3) AS wall_s,
	round(r.p50_wall_ns / 1e9, 3) AS predicted_wall_s,
	round(r.ask_memory_bytes / 1048576.0, 1) AS asked_mib,
	round(r.confidence_memory, 3) AS confidence,
	round(r.grant_memory_bytes / 1048576.0, 1) AS granted_mib,
	round(r.peak_bytes / 1048576.0, 1) AS used_mib,
	round(r.ask_cores, 2) AS asked_cores,
	round(r.grant_cores, 2) AS granted_cores,
	round(r.cores_used, 2) AS used_cores,
	r.backend, r.predictor, r.predicted_from, r.adapted, r.rolled_back,
	r.host, r.uuid
FROM run r JOIN task t ON t.id = r.task JOIN program p ON p.id = r.program
ORDER BY r.id DESC;

-- Per site, processor and size class: the fastest variant by median. Of the
-- time spent there, regret is the share that went to other variants for
-- longer than the best would have taken: learning, and choosing wrongly.
CREATE VIEW sites AS
SELECT s.module, s.function, replace(s.file,
		rtrim(s.file, replace(s.file, '/', '')), '') || ':' || s.line
		AS place,
	printf('%016x', s.hash) AS site, c.name AS cpu, best.size_class,
	best.variant AS best, round(best.median_ns, 4) AS ns_per_unit,
	round(best.base_ns, 4) AS baseline_ns,
	round(1 / best.relative, 2) AS speedup,
	best.n AS samples, best.variants AS variants_timed,
	round(best.spent_ns / 1e9, 3) AS spent_s,
	round(max(best.lost_ns, 0) / nullif(best.spent_ns, 0), 4) AS regret,
	s.file, s.line
FROM (SELECT t.site, t.cpu, t.size_class, t.variant,
		min(coalesce(t.ratio, t.median_ns / b.median_ns, t.median_ns))
			AS least, t.median_ns, b.median_ns AS base_ns, t.n,
		coalesce(t.ratio, t.median_ns / b.median_ns) AS relative,
		count(t.median_ns) AS variants,
		sum(t.spent_ns) AS spent_ns, sum(t.lost_ns) AS lost_ns
	FROM site_time t LEFT JOIN site_variant v
		ON v.site = t.site AND v.variant = t.variant
	LEFT JOIN site_time b ON b.site = t.site AND b.cpu = t.cpu
		AND b.size_class = t.size_class AND b.variant = 'baseline'
	WHERE ifnull(v.flags, 0) & 4 = 0
	GROUP BY t.site, t.cpu, t.size_class
	HAVING count(t.median_ns)) best
JOIN site s ON s.id = best.site
JOIN cpu c ON c.id = best.cpu
ORDER BY s.module, s.function, s.line, c.name, best.size_class;

-- Every variant's times, to see why one was chosen.
CREATE VIEW site_times AS
SELECT s.module, s.function, replace(s.file,
		rtrim(s.file, replace(s.file, '/', '')), '') || ':' || s.line
		AS place,
	printf('%016x', s.hash) AS site, c.name AS cpu, t.size_class,
	t.variant, t.n AS samples, t.p25_ns, t.median_ns, t.p75_ns,
	round(t.ratio, 4) AS ratio,
	t.total_ns, round(t.spent_ns / 1e9, 3) AS spent_s,
	round(t.lost_ns / 1e9, 6) AS lost_s, s.file, s.line
FROM site_time t JOIN site s ON s.id = t.site JOIN cpu c ON c.id = t.cpu
ORDER BY s.module, s.function, s.line, c.name, t.size_class, t.median_ns;

-- What the integer inputs of each site were, the most frequent values first.
CREATE VIEW site_values AS
SELECT s.module, s.function, replace(s.file,
		rtrim(s.file, replace(s.file, '/', '')), '') || ':' || s.line
		AS place,
	printf('%016x', s.hash) AS site, v.size_class, v.input, v.value, v.n,
	round(1.0 * v.n / c.counted, 3) AS share, c.counted,
	round(c.calls) AS calls
FROM site_value v JOIN site s ON s.id = v.site
JOIN site_count c ON c.site = v.site AND c.size_class = v.size_class
ORDER BY s.module, s.function, s.line, s.hash, v.size_class, v.input,
	v.n DESC, v.value;

-- How often each branch of a site was taken, in calls that were counted.
CREATE VIEW site_branches AS
SELECT s.module, s.function, replace(s.file,
		rtrim(s.file, replace(s.file, '/', '')), '') || ':' || s.line
		AS place,
	printf('%016x', s.hash) AS site, b.branch, b.taken, b.not_taken,
	round(1.0 * b.taken / (b.taken + b.not_taken), 4) AS share
FROM site_branch b JOIN site s ON s.id = b.site
ORDER BY s.module, s.function, s.line, s.hash, b.branch;

-- Which variants each run tried per site and size, how much of the timed
-- calls' time each of them took, and which one was chosen: calls that were
-- not timed, which is nearly all, ran it.
CREATE VIEW choices AS
SELECT u.run, p.name AS program, s.module, s.function,
	replace(s.file,
		rtrim(s.file, replace(s.file, '/', '')), '') || ':' || s.line
		AS place, printf('%016x', s.hash) AS site,
	u.size_class, u.variant, u.chosen, u.n AS samples,
	round(u.total_ns / 1e6, 3) AS total_ms,
	round(u.total_ns / sum(u.total_ns) OVER
		(PARTITION BY u.run, u.site, u.size_class), 3) AS share,
	round(u.spent_ns / 1e6, 3) AS spent_ms,
	round(u.lost_ns / 1e6, 3) AS lost_ms
FROM run_site u JOIN run r ON r.id = u.run
JOIN program p ON p.id = r.program JOIN site s ON s.id = u.site
ORDER BY u.run DESC, s.module, s.function, s.line, u.size_class,
	u.chosen DESC, u.total_ns DESC;

-- What choosing gained each run: the time that its calls of sites took, once
-- PSR was awake, what the baseline would have taken for them, and what was
-- lost to learning and to wrong choices.
CREATE VIEW gains AS
SELECT u.run, strftime('%Y-%m-%d %H:%M:%S', r.started_ns / 1000000000,
		'unixepoch', 'localtime') AS started,
	p.name AS program, t.command AS arguments,
	round(r.wall_ns / 1e9, 3) AS wall_s,
	count(DISTINCT u.site) AS sites,
	round(sum(u.spent_ns) / 1e9, 3) AS spent_s,
	round(sum(u.base_ns) / 1e9, 3) AS baseline_s,
	round(sum(u.base_ns) / nullif(sum(u.spent_ns), 0), 3) AS speedup,
	round(max(sum(u.lost_ns), 0) / 1e9, 6) AS lost_s,
	round(max(sum(u.lost_ns), 0) / nullif(sum(u.spent_ns), 0), 4)
		AS regret
FROM run_site u JOIN run r ON r.id = u.run JOIN task t ON t.id = r.task
JOIN program p ON p.id = r.program
GROUP BY u.run ORDER BY u.run DESC;

-- Memory and cores that were granted and not used.
CREATE VIEW waste AS
SELECT r.id AS run, p.name AS program,
	round(r.grant_memory_bytes / 1048576.0, 1) AS granted_mib,
	round(r.peak_bytes / 1048576.0, 1) AS used_mib,
	round((r.grant_memory_bytes - r.peak_bytes) / 1048576.0, 1)
		AS wasted_mib,
	round(1 - 1.0 * r.peak_bytes / r.grant_memory_bytes, 3)
		AS wasted_fraction,
	round(r.grant_cores, 2) AS granted_cores,
	round(r.cores_used, 2) AS used_cores,
	round((r.grant_cores - r.cores_used) * r.wall_ns / 1e9, 3)
		AS wasted_core_s
FROM run r JOIN program p ON p.id = r.program
WHERE r.state = 'done'
	AND (r.grant_memory_bytes IS NOT NULL OR r.grant_cores IS NOT NULL)
ORDER BY r.id DESC;

-- Do stated confidences hold? Stated against observed, by predictor.
CREATE VIEW calibration AS
SELECT predictor, count(*) AS runs,
	round(avg(confidence_memory), 3) AS stated,
	round(avg(peak_bytes <= ask_memory_bytes), 3) AS held,
	round(avg(1.0 * ask_memory_bytes / peak_bytes), 3) AS asked_over_used
FROM run
WHERE state = 'done' AND peak_bytes > 0 AND ask_memory_bytes IS NOT NULL
GROUP BY predictor;

-- Every change of a limit, with its run.
CREATE VIEW adaptations AS
SELECT a.run, p.name AS program, round(a.at_ns / 1e9, 3) AS at_s, a.what,
	a.from_value, a.to_value, a.reason
FROM adaptation a JOIN run r ON r.id = a.run
JOIN program p ON p.id = r.program
ORDER BY a.run DESC, a.at_ns;

-- Files and libraries of each run.
CREATE VIEW dependencies AS
SELECT d.run, p.name AS program, d.kind, f.path, d.bytes
FROM run_file d JOIN file f ON f.id = d.file JOIN run r ON r.id = d.run
JOIN program p ON p.id = r.program
ORDER BY d.run DESC, d.kind, f.path;
