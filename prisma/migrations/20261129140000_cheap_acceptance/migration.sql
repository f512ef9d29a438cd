-- The first trigger sets the state in the transaction of the acceptance, and an update sees the row as the last one left
-- it. So the state tells whether there is an acceptance, without a search per update.
DROP TRIGGER accepted_stays ON message;
CREATE TRIGGER accepted_stays BEFORE UPDATE ON message
  FOR EACH ROW WHEN (OLD.state = 'accepted' AND NEW.state <> 'accepted') EXECUTE FUNCTION accepted_stays();
