-- Lists leave these few out; without the index, counting the papers of a month reads all papers.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "paper_withdrawn_idx" ON "paper" ("id") WHERE "withdrawn_at" IS NOT NULL;
