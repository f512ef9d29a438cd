-- CreateIndex
CREATE INDEX CONCURRENTLY IF NOT EXISTS "consent_at_idx" ON "consent"("at");
