-- A digest is opened, and gets its outcome and content when it is filled. While no index has the outcome, Postgres writes
-- the new row beside the old one and changes no index, if the page has room: a filled row is three times as long.
ALTER TABLE "digest" SET (fillfactor = 20);
DROP INDEX "digest_plan_id_outcome_id_idx";
DROP INDEX "digest_local_date_outcome_idx";
