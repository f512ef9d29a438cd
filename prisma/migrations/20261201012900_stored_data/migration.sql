-- Plans, digests and messages keep data instead of sentences. Those written before lose the sentences.
ALTER TABLE "plan" DROP COLUMN "sources", ADD COLUMN "sources" JSONB NOT NULL DEFAULT '[]';

UPDATE "digest" SET "content" = jsonb_set("content", '{sources}', '[]') WHERE "content" ? 'sources';

UPDATE "message" SET "content" = jsonb_set("content", '{content,sources}', '[]') WHERE "content" -> 'content' ? 'sources';

UPDATE "message" SET "content" = jsonb_set("content", '{nearest}', '[]') WHERE "content" ? 'nearest';
