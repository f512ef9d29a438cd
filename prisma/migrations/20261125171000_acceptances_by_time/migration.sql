-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "acceptance_at_idx" ON "acceptance"("at");
