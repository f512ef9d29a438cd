-- Votes of earlier releases, without a topic: no program reads them any more.
DROP TABLE "feedback";
DROP TABLE "profile";

-- CreateTable
CREATE TABLE "learned_topic" (
    "topic_id" INTEGER NOT NULL,
    "subscriber_id" TEXT NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "voted_step" INTEGER NOT NULL DEFAULT 0,
    "phrases" JSONB NOT NULL DEFAULT '{}',
    "usual" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "removed" TEXT[] DEFAULT ARRAY[]::TEXT[],

    CONSTRAINT "learned_topic_pkey" PRIMARY KEY ("topic_id")
);

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

-- CreateIndex
CREATE INDEX "learned_topic_subscriber_id_idx" ON "learned_topic"("subscriber_id");

-- AddForeignKey
ALTER TABLE "learned_topic" ADD CONSTRAINT "learned_topic_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vote" ADD CONSTRAINT "vote_topic_id_fkey" FOREIGN KEY ("topic_id") REFERENCES "learned_topic"("topic_id") ON DELETE CASCADE ON UPDATE CASCADE;
