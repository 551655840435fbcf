-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
--
-- What samples of a program's execution count.

-- Functions of which samples of a program's execution count the blocks.
CREATE TABLE sampled_function(
	id INTEGER PRIMARY KEY,
	guid INTEGER NOT NULL,		-- LLVM's, of the name
	hash INTEGER NOT NULL,		-- LLVM's, of the flow of control
	name TEXT NOT NULL,
	samples INTEGER NOT NULL DEFAULT 0,
	UNIQUE(guid, hash)
) STRICT;

-- The source files that hold it: several, for inline functions.
CREATE TABLE sampled_file(
	file TEXT NOT NULL,		-- base name
	function INTEGER NOT NULL REFERENCES sampled_function
		ON DELETE CASCADE,
	PRIMARY KEY(file, function)
) STRICT, WITHOUT ROWID;

-- How often each block was executed, within the samples.
CREATE TABLE sampled_block(
	function INTEGER NOT NULL REFERENCES sampled_function
		ON DELETE CASCADE,
	path TEXT NOT NULL,		-- "CALL:NAME:HASH ...", where inlined
	probe INTEGER NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY(function, path, probe)
) STRICT, WITHOUT ROWID;

-- How many instructions of a program were sampled.
CREATE TABLE sampled_program(
	program INTEGER PRIMARY KEY,	-- code signature
	instructions INTEGER NOT NULL
) STRICT;
