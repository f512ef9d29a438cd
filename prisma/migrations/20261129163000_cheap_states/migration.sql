-- The state of a message changes twice per email. While no index has it, Postgres writes the new row beside the old one
-- and leaves all indexes alone, if the page has room: so half of each page is kept free. Open messages are found by
-- their batch.
ALTER TABLE "message" SET (fillfactor = 50);
DROP INDEX "message_batch_id_state_idx";
DROP INDEX "message_state_next_try_idx";

-- One update for all acceptances of a statement: Postgres reads the checks of the table anew for each.
CREATE OR REPLACE FUNCTION acceptance_wins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "message" m SET state = 'accepted', reason = NULL FROM added WHERE m.id = added.message_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER acceptance_wins AFTER INSERT ON acceptance
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION acceptance_wins();
