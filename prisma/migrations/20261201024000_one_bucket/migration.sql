-- One table of token buckets for all rate limits. The functions of send_rate take its rows, so they go with it.

ALTER TABLE bucket
  ADD COLUMN capacity DOUBLE PRECISION,
  ADD COLUMN per_second DOUBLE PRECISION,
  ADD COLUMN slowed_to DOUBLE PRECISION,
  ADD COLUMN slowed_at TIMESTAMPTZ(3),
  ADD COLUMN held_until TIMESTAMPTZ(3),
  ADD COLUMN holder TEXT,
  ADD COLUMN reply TEXT,
  ADD CONSTRAINT bucket_slowed CHECK ((slowed_to IS NULL) = (slowed_at IS NULL) AND slowed_to > 0),
  ADD CONSTRAINT bucket_limits CHECK (per_second > 0 AND capacity > 0);

-- Senders read these rows each second, visitors may leave many others.
CREATE INDEX bucket_sending_idx ON bucket (key) WHERE key LIKE 'send %';

-- The rate in permits a second at an instant; a million, which counts as no limit, if nothing limits it. A rate that was
-- slowed doubles each minute, so it recovers without a write.
CREATE FUNCTION permits_per_second(b bucket, now timestamptz) RETURNS float8 LANGUAGE sql STABLE AS $$
  SELECT least(coalesce(b.per_second, 1e6), coalesce(b.slowed_to
    * power(2, least(30, greatest(0, extract(epoch FROM now - b.slowed_at)::float8) / 60)), 1e6))
$$;

-- The number of permits at an instant; negative while a debt is paid off.
CREATE FUNCTION permits_left(b bucket, now timestamptz) RETURNS float8 LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN b.held_until > now THEN 0 ELSE
    least(coalesce(b.capacity, greatest(1, 5 * permits_per_second(b, now))),
      b.tokens + extract(epoch FROM now - b.at)::float8 * permits_per_second(b, now)) END
$$;

INSERT INTO bucket (key, tokens, at, capacity, per_second, slowed_to, slowed_at, held_until, reply)
  SELECT 'send ' || key, tokens, at, capacity, per_second, slowed_to, slowed_at, held_until, reply FROM send_rate;
INSERT INTO bucket (key, tokens, at, held_until)
  SELECT 'source ' || key, 1, free_at, free_at FROM host_throttle;

DROP FUNCTION send_rate_tokens;
DROP FUNCTION send_rate_per_second;
DROP TABLE send_rate;
DROP TABLE host_throttle;
