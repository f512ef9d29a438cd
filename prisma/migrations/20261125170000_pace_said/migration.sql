-- AlterTable
ALTER TABLE "pace" ADD COLUMN     "said" TEXT;
