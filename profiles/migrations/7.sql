-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
--
-- What indirect calls went to.

ALTER TABLE sampled_block RENAME TO block_before;
CREATE TABLE sampled_block(
	function INTEGER NOT NULL REFERENCES sampled_function
		ON DELETE CASCADE,
	path TEXT NOT NULL,		-- "CALL:NAME:HASH ...", where inlined
	probe INTEGER NOT NULL,
	target TEXT NOT NULL,		-- '': it is a block
	n INTEGER NOT NULL,
	PRIMARY KEY(function, path, probe, target)
) STRICT, WITHOUT ROWID;
INSERT INTO sampled_block SELECT function, path, probe, '', n FROM block_before;
DROP TABLE block_before;
