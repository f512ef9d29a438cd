-- Instead of one with the outcome, so that the next migration can take that away.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "digest_local_date_idx" ON "digest" ("local_date");
