-- AlterTable
ALTER TABLE "topic" ADD COLUMN     "phrases" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "removed" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "step" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "usual" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "voted_step" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "vote" (
    "topic_id" INTEGER NOT NULL,
    "paper_id" INTEGER NOT NULL,
    "kind" "feedback_kind" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "close" BOOLEAN NOT NULL DEFAULT false,
    "phrases" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "vote_pkey" PRIMARY KEY ("topic_id","paper_id")
);

-- AddForeignKey
ALTER TABLE "vote" ADD CONSTRAINT "vote_topic_id_fkey" FOREIGN KEY ("topic_id") REFERENCES "topic"("id") ON DELETE CASCADE ON UPDATE CASCADE;
