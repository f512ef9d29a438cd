-- CreateEnum
CREATE TYPE "mail_detail" AS ENUM ('full', 'titles');

-- AlterTable
ALTER TABLE "subscriber" ADD COLUMN     "detail" "mail_detail" NOT NULL DEFAULT 'full';

-- CreateTable
CREATE TABLE "change" (
    "id" SERIAL NOT NULL,
    "subscriber_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "how" TEXT NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,

    CONSTRAINT "change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "move" (
    "id" SERIAL NOT NULL,
    "subscriber_id" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "address_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),

    CONSTRAINT "move_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "change_subscriber_id_idx" ON "change"("subscriber_id");

-- CreateIndex
CREATE INDEX "move_subscriber_id_idx" ON "move"("subscriber_id");

-- AddForeignKey
ALTER TABLE "change" ADD CONSTRAINT "change_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "move" ADD CONSTRAINT "move_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say

-- Erasing takes the rows of a subscriber away; nothing else changes them.
CREATE TRIGGER change_never_changes BEFORE UPDATE ON "change"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
