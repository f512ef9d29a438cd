-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "message_dated_at_id_idx" ON "message"("dated_at" DESC, "id");
