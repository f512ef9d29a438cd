-- AlterTable
ALTER TABLE "subscriber" ALTER COLUMN "related" SET DEFAULT true;
