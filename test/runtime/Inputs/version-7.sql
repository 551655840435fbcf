-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- Leads a new database back to version 7, with two variants' times in it.
DROP VIEW sites;
DROP VIEW site_times;
ALTER TABLE site_time DROP COLUMN pairs;
ALTER TABLE site_time DROP COLUMN ratio;
INSERT INTO cpu VALUES(1, 'v4');
INSERT INTO site(id, module, hash, function, file, line)
	VALUES(1, 'prog', 11, 'f', '/src/a.c', 7);
INSERT INTO site_time(site, cpu, size_class, variant, n, total_ns, p25_ns,
	median_ns, p75_ns, ring) VALUES
	(1, 1, 20, 'baseline', 2, 40, 2, 2, 2, x'0000004000000040'),
	(1, 1, 20, 'v3', 2, 20, 1, 1, 1, x'0000803f0000803f');
PRAGMA user_version = 7;
