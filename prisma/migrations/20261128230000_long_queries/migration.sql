-- A query of 8 kB is too long for an index, so its hash is unique. A cast to bytea reads backslashes as escapes.
ALTER TABLE "query" ADD COLUMN "hash" BYTEA GENERATED ALWAYS AS (sha256(replace("text", '\', '\\')::bytea)) STORED;

DROP INDEX "query_text_key";
CREATE UNIQUE INDEX "query_hash_key" ON "query"("hash");

ALTER TABLE "query" DROP CONSTRAINT "query_text";
ALTER TABLE "query" ADD CONSTRAINT "query_text" CHECK ("text" <> '' AND octet_length("text") <= 8192);
