-- AlterTable
ALTER TABLE "chunk" ADD COLUMN     "domain" TEXT;

-- CreateTable
CREATE TABLE "pace" (
    "key" TEXT NOT NULL,
    "per_second" DOUBLE PRECISION,
    "capacity" DOUBLE PRECISION,
    "tokens" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "slowed_to" DOUBLE PRECISION,
    "slowed_at" TIMESTAMPTZ(3),
    "held_until" TIMESTAMPTZ(3),

    CONSTRAINT "pace_pkey" PRIMARY KEY ("key")
);

-- What Prisma cannot say

-- Mails a second at an instant; a million, which is none, where nothing limits it. What a server asked for doubles each
-- minute, so that a pace finds its way back without anybody writing it.
CREATE FUNCTION pace_rate(p "pace", now timestamptz) RETURNS float8 LANGUAGE sql STABLE AS $$
  SELECT least(coalesce(p.per_second, 1e6), coalesce(p.slowed_to
    * power(2, least(30, greatest(0, extract(epoch FROM now - p.slowed_at)::float8) / 60)), 1e6))
$$;

-- How many tokens it holds at an instant.
CREATE FUNCTION pace_tokens(p "pace", now timestamptz) RETURNS float8 LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN p.held_until > now THEN 0 ELSE
    least(coalesce(p.capacity, greatest(1, 5 * pace_rate(p, now))),
      p.tokens + greatest(0, extract(epoch FROM now - p.at)::float8) * pace_rate(p, now)) END
$$;

ALTER TABLE "pace" ADD CONSTRAINT "pace_slowed" CHECK ((slowed_to IS NULL) = (slowed_at IS NULL) AND slowed_to > 0);
ALTER TABLE "pace" ADD CONSTRAINT "pace_limits" CHECK (per_second > 0 AND capacity >= 1 AND tokens >= 0);
