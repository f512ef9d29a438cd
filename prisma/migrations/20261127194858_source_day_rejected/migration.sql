-- AlterTable
ALTER TABLE "source_day" ADD COLUMN     "rejected" TEXT[] DEFAULT ARRAY[]::TEXT[];
