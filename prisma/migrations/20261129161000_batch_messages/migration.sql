-- Instead of one with the state, so that the next migration can take that away.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "message_batch_id_idx" ON "message" ("batch_id");
