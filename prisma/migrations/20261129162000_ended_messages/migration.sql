-- For lists of the messages that were refused, given up or skipped.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "message_ended_idx" ON "message" ("dated_at" DESC, "id") WHERE "reason" IS NOT NULL;
