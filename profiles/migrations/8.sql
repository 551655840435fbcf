-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
--
-- A variant's time over the baseline's, of calls next to each other.

ALTER TABLE site_time ADD COLUMN pairs BLOB NOT NULL DEFAULT x'';
ALTER TABLE site_time ADD COLUMN ratio REAL;
