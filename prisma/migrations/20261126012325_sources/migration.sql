-- CreateEnum
CREATE TYPE "listing_kind" AS ENUM ('new', 'cross', 'revised');

-- AlterTable
ALTER TABLE "digest" ADD COLUMN     "to_history" INTEGER;

-- AlterTable
ALTER TABLE "listing" ADD COLUMN     "kind" "listing_kind" NOT NULL DEFAULT 'new';

-- AlterTable
ALTER TABLE "paper" ADD COLUMN     "ranks" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "summary" TEXT;

-- AlterTable
ALTER TABLE "source_day" ADD COLUMN     "came_at" TIMESTAMPTZ(3),
ADD COLUMN     "fetches" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "late" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "reason" TEXT,
ADD COLUMN     "requests" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "revised" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "source_gate" (
    "key" TEXT NOT NULL,
    "free_at" TIMESTAMPTZ(3) NOT NULL,
    "holder" TEXT,

    CONSTRAINT "source_gate_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "paper_history" (
    "id" SERIAL NOT NULL,
    "paper_id" INTEGER NOT NULL,
    "votes" INTEGER,
    "revised_on" DATE,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "paper_history_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "paper_history_paper_id_id_idx" ON "paper_history"("paper_id", "id");

-- CreateIndex
CREATE INDEX "paper_history_at_idx" ON "paper_history"("at");

-- AddForeignKey
ALTER TABLE "paper_history" ADD CONSTRAINT "paper_history_paper_id_fkey" FOREIGN KEY ("paper_id") REFERENCES "paper"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is known of votes until now: a paper that moves later has moved from here.
INSERT INTO "paper_history" ("paper_id", "votes", "at")
SELECT "paper_id", max("votes"), max("updated_at") FROM "listing" GROUP BY "paper_id" HAVING max("votes") IS NOT NULL
ORDER BY "paper_id";

-- Votes are read for two weeks after a day is closed: also of days that an earlier release closed for good.
UPDATE "source_day" SET "next_try" = "closed_at" + interval '6 hours'
WHERE "source" = 'huggingface' AND "next_try" IS NULL AND "closed_at" > now() - interval '14 days';
