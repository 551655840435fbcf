-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
--
-- What was trained from the rest.

CREATE TABLE model(
	name TEXT PRIMARY KEY,		-- prior: of variants that were not timed
	made_ns INTEGER NOT NULL,	-- since 1970
	samples INTEGER NOT NULL,	-- it was trained from
	data BLOB NOT NULL
) STRICT, WITHOUT ROWID;
