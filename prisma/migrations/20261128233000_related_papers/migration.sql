-- AlterTable
ALTER TABLE "subscriber" ADD COLUMN "related" BOOLEAN NOT NULL DEFAULT false;
