-- What changed since is read again by every process that holds papers in memory. Alone in its file: it keeps nobody out.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "paper_updated_at_idx" ON "paper"("updated_at");
