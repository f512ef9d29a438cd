-- When a slot was claimed, by this server's clock.
ALTER TABLE "tick" ADD COLUMN "claimed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
