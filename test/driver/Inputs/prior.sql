-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- Times of 40 made-up programs, in which "noalias" takes half of the
-- baseline's time, "scalar" one and a half times as much, and wide vectors
-- a third of it where there are four or more operations.
INSERT INTO cpu(id, name) VALUES(1000, 'GenuineIntel-6-143-8-v4');
WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 39)
INSERT INTO site(id, module, hash, kind, depth, instructions, loads, stores,
	flops, branches, calls, load_bytes, store_bytes)
SELECT 1000 + i, 'made-' || i, i, 0, 1 + i % 3, 10 + i % 7, 1 + i % 4, i % 2,
	i % 8, 1, 0, 8 * (1 + i % 4), 8 * (i % 2) FROM i;
WITH v(variant, isa, flags) AS (VALUES('noalias', 0, 1), ('scalar', 0, 0),
	('v4-w512', 7, 0), ('counted', 0, 4))
INSERT INTO site_variant(site, variant, isa, flags)
SELECT id, variant, isa, flags FROM site, v WHERE module LIKE 'made-%';
WITH RECURSIVE c(c) AS (SELECT 10 UNION ALL SELECT c + 1 FROM c WHERE c < 20),
	v(variant) AS (VALUES('baseline'), ('noalias'), ('scalar'),
	('v4-w512'), ('counted'))
INSERT INTO site_time(site, cpu, size_class, variant, n, total_ns, p25_ns,
	median_ns, p75_ns, ring)
SELECT id, 1000, c, variant, 9, 1e6, ns * 0.99, ns, ns * 1.01, x''
FROM (SELECT s.id, c.c, v.variant, (1 + s.id % 5) * CASE v.variant
	WHEN 'noalias' THEN 0.5 WHEN 'scalar' THEN 1.5 WHEN 'v4-w512' THEN
	CASE WHEN s.flops >= 4 THEN 0.33 ELSE 1.2 END ELSE 1.0 END AS ns
	FROM site s, c, v WHERE s.module LIKE 'made-%');
