-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
--
-- The whole schema of the profile database, as version PSR_SCHEMA_VERSION
-- (runtime/include/psr/store.h) has it; see docs/DATABASE.md. A database of
-- an older version is brought here by migrations/N.sql, which leads from
-- N - 1 to N, after which missing columns of `run` are added from record.def.
--
-- Times are in ns, sizes in bytes. Hashes (signature, exact, pattern, hash)
-- are unsigned 64-bit numbers stored as signed ones: printf('%016x', hash).
--
-- A line "--@record" is replaced by the columns of record.def.

CREATE TABLE program(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,		-- base name of the program or script
	path TEXT NOT NULL,
	UNIQUE(path, name)
) STRICT;

-- A program with its parameters.
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
CREATE INDEX task_by_hash ON task(signature, exact);

-- One launch of a task.
CREATE TABLE run(
	id INTEGER PRIMARY KEY,
	task INTEGER NOT NULL REFERENCES task,
	program INTEGER NOT NULL REFERENCES program,
	signature INTEGER NOT NULL,
	owner INTEGER NOT NULL,		-- process that records the run
	owner_start INTEGER NOT NULL,	-- its start, in ticks since boot
	pid_namespace INTEGER NOT NULL,	-- in which these numbers count
--@record
) STRICT;
CREATE UNIQUE INDEX run_by_uuid ON run(uuid);
CREATE INDEX run_by_program ON run(program) WHERE state = 'done';
CREATE INDEX run_by_signature ON run(signature) WHERE state = 'done';
CREATE INDEX run_running ON run(state) WHERE state = 'running';

-- What the monitor saw, several times a second. Bytes read and written and
-- processor time count from the start.
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

-- The history of the limits: every change during a run.
CREATE TABLE adaptation(
	id INTEGER PRIMARY KEY,
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	at_ns INTEGER NOT NULL,		-- since the start
	what TEXT NOT NULL,		-- memory, cores or rollback
	from_value INTEGER,		-- bytes or 1/1000 core; NULL: no limit
	to_value INTEGER,
	reason TEXT
) STRICT;
CREATE INDEX adaptation_by_run ON adaptation(run);

CREATE TABLE file(
	id INTEGER PRIMARY KEY,
	path TEXT NOT NULL UNIQUE
) STRICT;

-- What a run depends on, and what it made.
CREATE TABLE run_file(
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	kind TEXT NOT NULL,		-- input, read, write or library
	file INTEGER NOT NULL REFERENCES file,
	bytes INTEGER,
	PRIMARY KEY(run, kind, file)
) STRICT, WITHOUT ROWID;

-- A loop nest or function that exists in variants. Counts are of the
-- innermost loop's code.
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
	isa INTEGER,			-- needs it: 1: v2, 2: v3, 4: v4
	flags INTEGER,			-- 1: guarded, 2: parallel, 4: counted
	PRIMARY KEY(site, variant)
) STRICT, WITHOUT ROWID;

CREATE TABLE cpu(
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE	-- the features that choices rest on
) STRICT;

-- Time per unit of work (one iteration of the innermost loop), measured by
-- sampling, for calls of 2^size_class to 2^(size_class + 1) units.
CREATE TABLE site_time(
	site INTEGER NOT NULL REFERENCES site ON DELETE CASCADE,
	cpu INTEGER NOT NULL REFERENCES cpu,
	size_class INTEGER NOT NULL,
	variant TEXT NOT NULL,		-- baseline: the original code; NAME@N:
					-- parallel, on N threads
	n INTEGER NOT NULL,		-- samples ever
	total_ns REAL NOT NULL,		-- their time
	p25_ns REAL,			-- quantiles of the latest samples
	median_ns REAL,
	p75_ns REAL,
	ring BLOB NOT NULL,		-- latest samples: float32, oldest first
	spent_ns REAL NOT NULL DEFAULT 0,	-- by all calls, timed or not
	base_ns REAL NOT NULL DEFAULT 0,	-- the baseline would have taken
	lost_ns REAL NOT NULL DEFAULT 0,	-- of spent_ns: to the best
	pairs BLOB NOT NULL DEFAULT x'',	-- time over the baseline's, of
					-- calls next to each other: as ring
	ratio REAL,			-- their median, where there are enough
	PRIMARY KEY(site, cpu, size_class, variant)
) STRICT, WITHOUT ROWID;

-- How often a site is called, and how many of these calls told the values of
-- their inputs: size_class as above, also below what is dispatched.
CREATE TABLE site_count(
	site INTEGER NOT NULL REFERENCES site ON DELETE CASCADE,
	size_class INTEGER NOT NULL,
	calls REAL NOT NULL,		-- estimated from the calls sampled
	counted INTEGER NOT NULL,	-- calls whose values are in site_value
	PRIMARY KEY(site, size_class)
) STRICT, WITHOUT ROWID;

-- The values of a site's integer inputs in these calls, the most frequent
-- ones. Inputs are numbered in the order in which the site's code uses them.
-- A call is sampled in proportion to its work, so n is a share of the work.
CREATE TABLE site_value(
	site INTEGER NOT NULL REFERENCES site ON DELETE CASCADE,
	size_class INTEGER NOT NULL,
	input INTEGER NOT NULL,
	value INTEGER NOT NULL,		-- sign-extended to 64 bits
	n INTEGER NOT NULL,
	PRIMARY KEY(site, size_class, input, value)
) STRICT, WITHOUT ROWID;

-- Which way a site's conditional branches went in calls that were counted.
-- Branches are numbered in the order of the site's code.
CREATE TABLE site_branch(
	site INTEGER NOT NULL REFERENCES site ON DELETE CASCADE,
	branch INTEGER NOT NULL,
	taken INTEGER NOT NULL,		-- to the first successor
	not_taken INTEGER NOT NULL,
	PRIMARY KEY(site, branch)
) STRICT, WITHOUT ROWID;

-- Functions of which samples of a program's execution count the blocks.
CREATE TABLE sampled_function(
	id INTEGER PRIMARY KEY,
	guid INTEGER NOT NULL,		-- LLVM's, of the name
	hash INTEGER NOT NULL,		-- LLVM's, of the flow of control
	name TEXT NOT NULL,
	samples INTEGER NOT NULL DEFAULT 0,
	executed INTEGER NOT NULL DEFAULT 0,	-- instructions, variants' too
	covered INTEGER NOT NULL DEFAULT 0,	-- of these, in blocks counted
	UNIQUE(guid, hash)
) STRICT;

-- The source files that hold it: several, for inline functions.
CREATE TABLE sampled_file(
	file TEXT NOT NULL,		-- base name
	function INTEGER NOT NULL REFERENCES sampled_function
		ON DELETE CASCADE,
	PRIMARY KEY(file, function)
) STRICT, WITHOUT ROWID;

-- How often each block was executed, within the samples, and how often an
-- indirect call went to which function.
CREATE TABLE sampled_block(
	function INTEGER NOT NULL REFERENCES sampled_function
		ON DELETE CASCADE,
	path TEXT NOT NULL,		-- "CALL:NAME:HASH ...", where inlined
	probe INTEGER NOT NULL,
	target TEXT NOT NULL,		-- '': it is a block
	n INTEGER NOT NULL,
	PRIMARY KEY(function, path, probe, target)
) STRICT, WITHOUT ROWID;

-- How many instructions of a program were sampled.
CREATE TABLE sampled_program(
	program INTEGER PRIMARY KEY,	-- code signature
	instructions INTEGER NOT NULL
) STRICT;

-- Which variants a run used.
CREATE TABLE run_site(
	run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
	site INTEGER NOT NULL REFERENCES site,
	size_class INTEGER NOT NULL,
	variant TEXT NOT NULL,
	n INTEGER NOT NULL,		-- calls that were timed
	total_ns REAL NOT NULL,		-- their time
	chosen INTEGER NOT NULL,	-- 1: what untimed calls ran, at last
	spent_ns REAL NOT NULL DEFAULT 0,	-- by all calls, timed or not
	base_ns REAL NOT NULL DEFAULT 0,	-- the baseline would have taken
	lost_ns REAL NOT NULL DEFAULT 0,	-- of spent_ns: to the best
	PRIMARY KEY(run, site, size_class, variant)
) STRICT, WITHOUT ROWID;

-- What was trained from the rest.
CREATE TABLE model(
	name TEXT PRIMARY KEY,		-- prior: of variants that were not timed
	made_ns INTEGER NOT NULL,	-- since 1970
	samples INTEGER NOT NULL,	-- it was trained from
	data BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The ledger: who holds which part of this machine.
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
