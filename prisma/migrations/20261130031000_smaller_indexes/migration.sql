-- Index entries are most of what storing a subscriber costs. Hashes of addresses are only compared for equality, and one
-- index finds the topics of a query and keeps them distinct; those of a subscriber are found by position.
DROP INDEX "subscriber_address_hash_idx";
CREATE INDEX "subscriber_address_hash_idx" ON "subscriber" USING hash ("address_hash");
DROP INDEX "topic_query_id_idx";
DROP INDEX "topic_subscriber_id_query_id_key";
CREATE UNIQUE INDEX "topic_query_id_subscriber_id_key" ON "topic" ("query_id", "subscriber_id");
