-- The state of a message changes twice per email. While no index has it, Postgres writes the new row beside the old one
-- and changes no index, if the page has room: so half of each page is kept free. Open messages are found by
-- their batch.
ALTER TABLE "message" SET (fillfactor = 50);
DROP INDEX "message_batch_id_state_idx";
DROP INDEX "message_state_next_try_idx";
