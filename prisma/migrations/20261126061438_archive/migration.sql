-- CreateIndex
CREATE INDEX "listing_updated_at_idx" ON "listing"("updated_at");

-- CreateIndex
CREATE INDEX "paper_updated_at_idx" ON "paper"("updated_at");
