-- AlterTable
ALTER TABLE "subscriber" ADD COLUMN "confirmed_how" TEXT;
