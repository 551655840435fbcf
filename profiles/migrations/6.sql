-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
--
-- How much of what was executed of a function its blocks' counts tell of.

ALTER TABLE sampled_function
ADD COLUMN executed INTEGER NOT NULL DEFAULT 0;	-- instructions, variants' too
ALTER TABLE sampled_function
ADD COLUMN covered INTEGER NOT NULL DEFAULT 0;	-- of these, in blocks counted
