-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
--
-- What counted variants tell: calls, values of inputs, branches.

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

