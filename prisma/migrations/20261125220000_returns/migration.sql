-- CreateEnum
CREATE TYPE "report_state" AS ENUM ('waiting', 'read', 'unreadable');

-- CreateTable
CREATE TABLE "report" (
    "id" SERIAL NOT NULL,
    "hash" TEXT NOT NULL,
    "way" TEXT NOT NULL,
    "recipient" TEXT,
    "raw" BYTEA,
    "bytes" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "state" "report_state" NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "taken_until" TIMESTAMPTZ(3),
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "report_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "returned" (
    "report_id" INTEGER NOT NULL,
    "n" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "class" TEXT NOT NULL,
    "status" TEXT,
    "sure" BOOLEAN NOT NULL DEFAULT false,
    "answer" TEXT NOT NULL DEFAULT '',
    "domain" TEXT,
    "found_by" TEXT,
    "message_id" TEXT,
    "subscriber_id" TEXT,
    "done" TEXT NOT NULL,

    CONSTRAINT "returned_pkey" PRIMARY KEY ("report_id","n")
);

-- CreateTable
CREATE TABLE "mailbox_place" (
    "mailbox" TEXT NOT NULL,
    "uid_validity" BIGINT NOT NULL,
    "uid" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mailbox_place_pkey" PRIMARY KEY ("mailbox")
);

-- CreateIndex
CREATE UNIQUE INDEX "report_hash_key" ON "report"("hash");

-- CreateIndex
CREATE INDEX "report_state_id_idx" ON "report"("state", "id");

-- CreateIndex
CREATE INDEX "report_at_idx" ON "report"("at");

-- CreateIndex
CREATE INDEX "returned_subscriber_id_at_idx" ON "returned"("subscriber_id", "at");

-- CreateIndex
CREATE INDEX "returned_message_id_idx" ON "returned"("message_id");

-- CreateIndex
CREATE INDEX "returned_at_idx" ON "returned"("at");

-- CreateIndex
CREATE INDEX "returned_class_at_idx" ON "returned"("class", "at");

-- CreateIndex
CREATE INDEX "returned_domain_at_idx" ON "returned"("domain", "at");

-- AddForeignKey
ALTER TABLE "returned" ADD CONSTRAINT "returned_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "report"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "returned" ADD CONSTRAINT "returned_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma cannot say

-- What came is kept until it is read, and no longer: it holds addresses and words of others.
ALTER TABLE "report" ADD CONSTRAINT "report_raw" CHECK ((state = 'waiting') = (raw IS NOT NULL));
