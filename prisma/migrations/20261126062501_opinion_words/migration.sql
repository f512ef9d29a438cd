-- AlterTable
ALTER TABLE "opinion" ADD COLUMN     "words" JSONB NOT NULL DEFAULT '{}';
