-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- Leads a database of version 7 back to version 6, with a function's blocks in it.
DROP TABLE sampled_block;
CREATE TABLE sampled_block(
	function INTEGER NOT NULL REFERENCES sampled_function
		ON DELETE CASCADE,
	path TEXT NOT NULL,		-- "CALL:NAME:HASH ...", where inlined
	probe INTEGER NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY(function, path, probe)
) STRICT, WITHOUT ROWID;
INSERT INTO sampled_function VALUES(1, 11, 7, 'f', 5, 10, 10);
INSERT INTO sampled_file VALUES('a.c', 1);
INSERT INTO sampled_block VALUES(1, '', 1, 5), (1, '', 2, 0);
PRAGMA user_version = 6;
