-- The other trigger sets the state in the transaction of the acceptance, and an update sees the row as the last one left
-- it. So the state tells whether there is an acceptance, without a search per update.
CREATE OR REPLACE FUNCTION accepted_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'accepted' THEN
    NEW.state := 'accepted';
    NEW.reason := NULL;
  END IF;
  RETURN NEW;
END $$;
