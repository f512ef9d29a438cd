-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "subscriber_created_at_id_idx" ON "subscriber"("created_at" DESC, "id");
