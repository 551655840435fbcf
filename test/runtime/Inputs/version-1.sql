PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE program(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,		-- base name of the program or script
	path TEXT NOT NULL,
	UNIQUE(path, name)
) STRICT;
INSERT INTO program VALUES(1,'true','/usr/bin/true');
CREATE TABLE task(
	id INTEGER PRIMARY KEY,
	program INTEGER NOT NULL REFERENCES program,
	signature INTEGER NOT NULL,	-- of the code: build-id or contents
	exact INTEGER NOT NULL,		-- hash of all arguments
	pattern INTEGER NOT NULL,	-- the same, numbers replaced
	command TEXT NOT NULL,		-- the arguments as words
	arguments TEXT NOT NULL,	-- the same, typed: JSON array
	environment TEXT NOT NULL	-- JSON object
) STRICT;
INSERT INTO task VALUES(1,1,8188095492647471302,0,0,'','[]','{}');
CREATE TABLE run(
	id INTEGER PRIMARY KEY,
	task INTEGER NOT NULL REFERENCES task,
	program INTEGER NOT NULL REFERENCES program,
	signature INTEGER NOT NULL,
	owner INTEGER NOT NULL,		-- process that records the run
	owner_start INTEGER NOT NULL,	-- its start, in ticks since boot
	pid_namespace INTEGER NOT NULL,	-- in which these numbers count
	uuid TEXT,	-- identity of the run, unique over all machines
	parent TEXT,	-- the run that started this one
	host TEXT,	-- machine
	boot TEXT,	-- boot of the machine, to tell stale reservations
	mode TEXT,	-- PSR_MODE of the run
	started_ns INTEGER,	-- time: start
	pid INTEGER,	-- count: process ID of the program
	input_bytes INTEGER,	-- bytes: size of all inputs: files named and standard input
	argument_max REAL,	-- count: largest number among the arguments
	argument_product REAL,	-- count: product of the numbers among the arguments
	ask_memory_bytes INTEGER,	-- bytes: memory requested
	p50_memory_bytes INTEGER,	-- bytes: median predicted peak
	p95_memory_bytes INTEGER,	-- bytes: 95 % quantile of the predicted peak
	confidence_memory REAL,	-- fraction: stated chance that the memory suffices
	ask_cores REAL,	-- cores: cores requested
	confidence_cores REAL,	-- fraction: stated chance that the cores suffice
	p50_wall_ns INTEGER,	-- ns: median predicted wall time
	p95_wall_ns INTEGER,	-- ns: 95 % quantile of the predicted wall time
	confidence_wall REAL,	-- fraction: stated chance to end within the 95 % quantile
	ask_read_rate INTEGER,	-- bytes: storage read bandwidth requested, per second
	ask_write_rate INTEGER,	-- bytes: storage write bandwidth requested, per second
	predictor TEXT,	-- what the request came from, e.g. recent-max, line
	predicted_from INTEGER,	-- count: past runs behind the prediction; 0: cold start
	bottleneck_predicted TEXT,	-- cpu, memory, storage, network or wait
	backend TEXT,	-- means of reservation, e.g. cgroup-v1, rlimit
	grant_memory_bytes INTEGER,	-- bytes: memory limit at the start; none: unlimited
	grant_cores REAL,	-- cores: cores granted at the start
	grant_cpus TEXT,	-- processors granted, as a list like 0-3,8
	wall_ns INTEGER,	-- ns: wall time from start to exit
	user_ns INTEGER,	-- ns: processor time in user mode, whole process tree
	sys_ns INTEGER,	-- ns: processor time in the kernel, whole process tree
	cores_used REAL,	-- cores: processor time over wall time
	cores_peak REAL,	-- cores: most cores busy in one sample
	peak_bytes INTEGER,	-- bytes: peak memory of the process tree
	stack_bytes INTEGER,	-- bytes: peak of the main stack
	heap_bytes INTEGER,	-- bytes: peak of heap and anonymous mappings
	data_bytes INTEGER,	-- bytes: static data of program and libraries
	file_bytes INTEGER,	-- bytes: peak of file-backed memory
	shared_bytes INTEGER,	-- bytes: peak of shared memory
	read_bytes INTEGER,	-- bytes: read from storage
	write_bytes INTEGER,	-- bytes: written to storage
	rchar_bytes INTEGER,	-- bytes: read by system calls, caches and pipes included
	wchar_bytes INTEGER,	-- bytes: written by system calls
	read_rate_peak INTEGER,	-- bytes: highest rchar rate in one sample, per second
	write_rate_peak INTEGER,	-- bytes: highest wchar rate in one sample, per second
	net_rx_bytes INTEGER,	-- bytes: received over the network
	net_tx_bytes INTEGER,	-- bytes: sent over the network
	gpu_memory_bytes INTEGER,	-- bytes: peak GPU memory
	gpu_utilisation REAL,	-- fraction: mean GPU utilisation
	minor_faults INTEGER,	-- count: page faults without storage
	major_faults INTEGER,	-- count: page faults that read storage
	voluntary_switches INTEGER,	-- count: context switches while waiting
	involuntary_switches INTEGER,	-- count: context switches by preemption
	throttled_ns INTEGER,	-- ns: time held back by the processor limit
	pressure_cpu_ns INTEGER,	-- ns: stall for processors (PSI some)
	pressure_memory_ns INTEGER,	-- ns: stall for memory (PSI some)
	pressure_io_ns INTEGER,	-- ns: stall for storage (PSI some)
	instructions INTEGER,	-- count: instructions retired
	cycles INTEGER,	-- count: processor cycles
	branch_misses INTEGER,	-- count: mispredicted branches
	cache_misses INTEGER,	-- count: last-level cache misses
	counters TEXT,	-- source of the counters: hardware, software or none
	threads_peak INTEGER,	-- count: most threads at once, whole process tree
	samples INTEGER,	-- count: samples taken
	bottleneck TEXT,	-- cpu, memory, storage, network or wait, as seen
	state TEXT,	-- running, done or lost (psr died before the end)
	exit_status INTEGER,	-- status: exit status, if it exited
	term_signal INTEGER,	-- status: signal, if one ended it
	oom INTEGER,	-- flag: 1: ended by the memory limit that PSR set
	adapted INTEGER,	-- count: times a limit was moved
	rolled_back INTEGER,	-- flag: 1: returned to the default environment
	rollback_reason TEXT	-- why it was rolled back
) STRICT;
INSERT INTO run VALUES(1,1,1,8188095492647471302,32730,148871,4026531836,'6e2c09a9-4717-49fd-9b7b-3ebe2cd4a2f8',NULL,'vm','9eda18e7-676b-45c7-9046-5442cab47c18',NULL,1795838670383570745,32732,0,NULL,NULL,NULL,NULL,NULL,0.0,NULL,0.0,NULL,NULL,0.0,NULL,NULL,NULL,0,NULL,'cgroup-v1',NULL,NULL,NULL,886092,655000,0,0.73920089561806223699,0.73920089561806223699,2916352,NULL,NULL,1544,NULL,NULL,0,0,3980,1,NULL,NULL,NULL,NULL,NULL,NULL,50,0,1,0,NULL,0,0,0,NULL,NULL,NULL,NULL,'software',NULL,NULL,'cpu','done',0,NULL,0,0,0,NULL);
CREATE TABLE sample(
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	at_ns INTEGER NOT NULL,		-- since the start
	memory_bytes INTEGER,
	cpu_ns INTEGER,
	read_bytes INTEGER,
	write_bytes INTEGER,
	threads INTEGER,
	PRIMARY KEY(run, at_ns)
) STRICT, WITHOUT ROWID;
CREATE TABLE adaptation(
	id INTEGER PRIMARY KEY,
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	at_ns INTEGER NOT NULL,		-- since the start
	what TEXT NOT NULL,		-- memory, cores or rollback
	from_value INTEGER,		-- bytes or 1/1000 core; NULL: no limit
	to_value INTEGER,
	reason TEXT
) STRICT;
CREATE TABLE file(
	id INTEGER PRIMARY KEY,
	path TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE run_file(
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	kind TEXT NOT NULL,		-- input, read, write or library
	file INTEGER NOT NULL REFERENCES file,
	bytes INTEGER,
	PRIMARY KEY(run, kind, file)
) STRICT, WITHOUT ROWID;
CREATE TABLE site(
	id INTEGER PRIMARY KEY,
	module TEXT NOT NULL,		-- base name of program or library
	hash INTEGER NOT NULL,		-- identity of the code
	function TEXT,
	file TEXT,
	line INTEGER,
	kind INTEGER,			-- 0: loop nest, 1: function
	depth INTEGER,			-- loops in the deepest chain
	instructions INTEGER,
	loads INTEGER,
	stores INTEGER,
	flops INTEGER,
	branches INTEGER,
	calls INTEGER,
	load_bytes INTEGER,
	store_bytes INTEGER,
	UNIQUE(module, hash)
) STRICT;
CREATE TABLE site_variant(
	site INTEGER NOT NULL REFERENCES site ON DELETE CASCADE,
	variant TEXT NOT NULL,
	PRIMARY KEY(site, variant)
) STRICT, WITHOUT ROWID;
CREATE TABLE cpu(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE	-- the features that choices rest on
) STRICT;
CREATE TABLE site_time(
	site INTEGER NOT NULL REFERENCES site ON DELETE CASCADE,
	cpu INTEGER NOT NULL REFERENCES cpu,
	size_class INTEGER NOT NULL,
	variant TEXT NOT NULL,		-- baseline: the original code
	n INTEGER NOT NULL,		-- samples ever
	total_ns REAL NOT NULL,		-- their time
	p25_ns REAL,			-- quantiles of the latest samples
	median_ns REAL,
	p75_ns REAL,
	ring BLOB NOT NULL,		-- latest samples: float32, oldest first
	PRIMARY KEY(site, cpu, size_class, variant)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_site(
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	site INTEGER NOT NULL REFERENCES site,
	size_class INTEGER NOT NULL,
	variant TEXT NOT NULL,
	n INTEGER NOT NULL,		-- calls that were timed
	total_ns REAL NOT NULL,		-- their time
	chosen INTEGER NOT NULL,	-- 1: what untimed calls ran, at last
	PRIMARY KEY(run, site, size_class, variant)
) STRICT, WITHOUT ROWID;
CREATE TABLE reservation(
	id INTEGER PRIMARY KEY,
	host TEXT NOT NULL,
	boot TEXT NOT NULL,
	pid_namespace INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	owner_start INTEGER NOT NULL,
	memory_bytes INTEGER NOT NULL,
	cpu_milli INTEGER NOT NULL,	-- 1000: one core
	cpus TEXT NOT NULL,
	cgroup TEXT NOT NULL,
	since_ns INTEGER NOT NULL	-- since 1970
) STRICT;
CREATE INDEX task_by_hash ON task(signature, exact);
CREATE UNIQUE INDEX run_by_uuid ON run(uuid);
CREATE INDEX run_by_program ON run(program) WHERE state = 'done';
CREATE INDEX run_by_signature ON run(signature) WHERE state = 'done';
CREATE INDEX run_running ON run(state) WHERE state = 'running';
CREATE INDEX adaptation_by_run ON adaptation(run);
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
CREATE VIEW sites AS
SELECT s.module, s.function, replace(s.file,
		rtrim(s.file, replace(s.file, '/', '')), '') || ':' || s.line
		AS place,
	printf('%016x', s.hash) AS site, c.name AS cpu, best.size_class,
	best.variant AS best, round(best.median_ns, 4) AS ns_per_unit,
	round(base.median_ns, 4) AS baseline_ns,
	round(base.median_ns / best.median_ns, 2) AS speedup,
	best.n AS samples, best.variants AS variants_timed, s.file, s.line
FROM (SELECT site, cpu, size_class, variant, min(median_ns) AS median_ns,
		n, count(*) AS variants
	FROM site_time GROUP BY site, cpu, size_class) best
JOIN site s ON s.id = best.site
JOIN cpu c ON c.id = best.cpu
LEFT JOIN site_time base ON base.site = best.site AND base.cpu = best.cpu
	AND base.size_class = best.size_class AND base.variant = 'baseline'
ORDER BY s.module, s.function, s.line, c.name, best.size_class;
CREATE VIEW site_times AS
SELECT s.module, s.function, replace(s.file,
		rtrim(s.file, replace(s.file, '/', '')), '') || ':' || s.line
		AS place,
	printf('%016x', s.hash) AS site, c.name AS cpu, t.size_class,
	t.variant, t.n AS samples, t.p25_ns, t.median_ns, t.p75_ns,
	t.total_ns, s.file, s.line
FROM site_time t JOIN site s ON s.id = t.site JOIN cpu c ON c.id = t.cpu
ORDER BY s.module, s.function, s.line, c.name, t.size_class, t.median_ns;
CREATE VIEW choices AS
SELECT u.run, p.name AS program, s.module, s.function,
	replace(s.file,
		rtrim(s.file, replace(s.file, '/', '')), '') || ':' || s.line
		AS place, printf('%016x', s.hash) AS site,
	u.size_class, u.variant, u.chosen, u.n AS samples,
	round(u.total_ns / 1e6, 3) AS total_ms,
	round(u.total_ns / sum(u.total_ns) OVER
		(PARTITION BY u.run, u.site, u.size_class), 3) AS share
FROM run_site u JOIN run r ON r.id = u.run
JOIN program p ON p.id = r.program JOIN site s ON s.id = u.site
ORDER BY u.run DESC, s.module, s.function, s.line, u.size_class,
	u.chosen DESC, u.total_ns DESC;
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
CREATE VIEW calibration AS
SELECT predictor, count(*) AS runs,
	round(avg(confidence_memory), 3) AS stated,
	round(avg(peak_bytes <= ask_memory_bytes), 3) AS held,
	round(avg(1.0 * ask_memory_bytes / peak_bytes), 3) AS asked_over_used
FROM run
WHERE state = 'done' AND peak_bytes > 0 AND ask_memory_bytes IS NOT NULL
GROUP BY predictor;
CREATE VIEW adaptations AS
SELECT a.run, p.name AS program, round(a.at_ns / 1e9, 3) AS at_s, a.what,
	a.from_value, a.to_value, a.reason
FROM adaptation a JOIN run r ON r.id = a.run
JOIN program p ON p.id = r.program
ORDER BY a.run DESC, a.at_ns;
CREATE VIEW dependencies AS
SELECT d.run, p.name AS program, d.kind, f.path, d.bytes
FROM run_file d JOIN file f ON f.id = d.file JOIN run r ON r.id = d.run
JOIN program p ON p.id = r.program
ORDER BY d.run DESC, d.kind, f.path;
COMMIT;
PRAGMA user_version = 1; PRAGMA application_id = 1347637809;
