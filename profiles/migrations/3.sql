-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
--
-- The account of a site's time: what its variants took in all, and what of
-- it the best would have saved; and what kind of variant each is.

ALTER TABLE site_time ADD COLUMN spent_ns REAL NOT NULL DEFAULT 0;
ALTER TABLE site_time ADD COLUMN base_ns REAL NOT NULL DEFAULT 0;
ALTER TABLE site_time ADD COLUMN lost_ns REAL NOT NULL DEFAULT 0;
ALTER TABLE run_site ADD COLUMN spent_ns REAL NOT NULL DEFAULT 0;
ALTER TABLE run_site ADD COLUMN base_ns REAL NOT NULL DEFAULT 0;
ALTER TABLE run_site ADD COLUMN lost_ns REAL NOT NULL DEFAULT 0;
ALTER TABLE site_variant ADD COLUMN isa INTEGER;
ALTER TABLE site_variant ADD COLUMN flags INTEGER;
