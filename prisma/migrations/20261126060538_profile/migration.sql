-- CreateEnum
CREATE TYPE "opinion_kind" AS ENUM ('more', 'less');

-- CreateTable
CREATE TABLE "opinion" (
    "subscriber_id" TEXT NOT NULL,
    "paper_id" INTEGER NOT NULL,
    "kind" "opinion_kind" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "opinion_pkey" PRIMARY KEY ("subscriber_id","paper_id")
);

-- CreateTable
CREATE TABLE "profile" (
    "subscriber_id" TEXT NOT NULL,
    "words" JSONB NOT NULL DEFAULT '{}',
    "removed" TEXT[] DEFAULT ARRAY[]::TEXT[],

    CONSTRAINT "profile_pkey" PRIMARY KEY ("subscriber_id")
);

-- AddForeignKey
ALTER TABLE "opinion" ADD CONSTRAINT "opinion_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile" ADD CONSTRAINT "profile_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say

ALTER TABLE "profile" ADD CONSTRAINT "profile_words" CHECK (jsonb_typeof(words) = 'object');
