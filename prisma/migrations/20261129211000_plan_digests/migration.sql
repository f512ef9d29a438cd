-- Instead of one with the outcome, so that a later migration can take that away.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "digest_plan_id_id_idx" ON "digest" ("plan_id", "id");
