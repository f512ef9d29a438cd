-- The timeline of the server, which rises with each promotion of a standby and each point-in-time recovery. Null on a
-- standby, and on a server that refuses these functions or lacks them. The name of the current WAL file shows it at
-- once; pg_control_checkpoint() shows the old one until the first checkpoint after the promotion has ended.
CREATE FUNCTION database_timeline() RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF pg_is_in_recovery() THEN
    RETURN NULL;
  END IF;
  RETURN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END $$;
