-- CreateIndex
CREATE INDEX "listing_updated_at_idx" ON "listing"("updated_at");

-- CreateIndex
CREATE INDEX "paper_updated_at_idx" ON "paper"("updated_at");
-- What Prisma cannot say

-- Papers that come close to a topic are shown, and matched nothing.
ALTER TABLE "digest" DROP CONSTRAINT "digest_papers",
  ADD CONSTRAINT "digest_papers" CHECK (cardinality(papers) <= 25 AND matched >= 0);
