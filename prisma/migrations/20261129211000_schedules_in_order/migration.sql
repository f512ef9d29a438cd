-- The subscribers of a schedule in the order in which their digests are opened, page by page.
CREATE INDEX CONCURRENTLY IF NOT EXISTS "subscriber_zone_hour_id_idx" ON "subscriber" ("zone", "hour", "id");
