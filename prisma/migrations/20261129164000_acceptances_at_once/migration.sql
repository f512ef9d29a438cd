-- One update for all acceptances of a statement: Postgres reads the checks of the table anew for each. Apart from the
-- migration before, so that no transaction locks messages and then acceptances: a sender locks them the other way round.
CREATE OR REPLACE FUNCTION acceptance_wins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "message" m SET state = 'accepted', reason = NULL FROM added WHERE m.id = added.message_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER acceptance_wins AFTER INSERT ON acceptance
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION acceptance_wins();
