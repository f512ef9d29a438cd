-- CreateEnum
CREATE TYPE "source_day_state" AS ENUM ('waiting', 'fresh', 'quiet', 'stalled', 'failed');

-- CreateEnum
CREATE TYPE "subscriber_state" AS ENUM ('pending', 'active', 'paused', 'unsubscribed', 'suppressed');

-- CreateEnum
CREATE TYPE "mail_format" AS ENUM ('html', 'text');

-- CreateEnum
CREATE TYPE "digest_outcome" AS ENUM ('due', 'planned', 'nothing_matched', 'paused', 'missed');

-- CreateEnum
CREATE TYPE "lane" AS ENUM ('answers', 'digests');

-- CreateEnum
CREATE TYPE "message_state" AS ENUM ('ready', 'taken', 'accepted', 'deferred', 'refused', 'uncertain', 'gave_up', 'skipped');

-- CreateTable
CREATE TABLE "source_day" (
    "source" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "state" "source_day_state" NOT NULL DEFAULT 'waiting',
    "papers" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_status" INTEGER,
    "last_fault" TEXT,
    "fetched_at" TIMESTAMPTZ(3),
    "next_try" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "source_day_pkey" PRIMARY KEY ("source","day")
);

-- CreateTable
CREATE TABLE "paper" (
    "id" SERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "abstract" TEXT NOT NULL,
    "authors" TEXT[],
    "categories" TEXT[],
    "keywords" TEXT[],
    "organization" TEXT,
    "code_url" TEXT,
    "project_url" TEXT,
    "published_at" TIMESTAMPTZ(3),
    "version" INTEGER,
    "withdrawn_at" TIMESTAMPTZ(3),
    "first_day" DATE NOT NULL,
    "first_seen" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "paper_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "paper_key" (
    "scheme" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "paper_id" INTEGER NOT NULL,

    CONSTRAINT "paper_key_pkey" PRIMARY KEY ("scheme","value")
);

-- CreateTable
CREATE TABLE "listing" (
    "source" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "paper_id" INTEGER NOT NULL,
    "votes" INTEGER,
    "comments" INTEGER,
    "first_seen" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "listing_pkey" PRIMARY KEY ("source","day","paper_id")
);

-- CreateTable
CREATE TABLE "subscriber" (
    "id" TEXT NOT NULL,
    "address" TEXT,
    "address_key" TEXT,
    "address_hash" TEXT,
    "state" "subscriber_state" NOT NULL DEFAULT 'pending',
    "state_before" "subscriber_state",
    "zone" TEXT NOT NULL,
    "hour" INTEGER NOT NULL,
    "days" TEXT[],
    "max_papers" INTEGER NOT NULL,
    "format" "mail_format" NOT NULL DEFAULT 'html',
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "start_date" DATE,
    "paused_until" DATE,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "subscriber_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "query" (
    "id" SERIAL NOT NULL,
    "text" TEXT NOT NULL,
    "tree" JSONB NOT NULL,
    "grammar" INTEGER NOT NULL,

    CONSTRAINT "query_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "topic" (
    "id" SERIAL NOT NULL,
    "subscriber_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "query_id" INTEGER NOT NULL,

    CONSTRAINT "topic_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signup" (
    "id" SERIAL NOT NULL,
    "subscriber_id" TEXT NOT NULL,
    "wish" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),

    CONSTRAINT "signup_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent" (
    "id" SERIAL NOT NULL,
    "subscriber_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event" TEXT NOT NULL,
    "how" TEXT NOT NULL,
    "wording" TEXT NOT NULL,

    CONSTRAINT "consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "suppression" (
    "address_hash" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "lifted_at" TIMESTAMPTZ(3),

    CONSTRAINT "suppression_pkey" PRIMARY KEY ("address_hash")
);

-- CreateTable
CREATE TABLE "plan" (
    "id" SERIAL NOT NULL,
    "zone" TEXT NOT NULL,
    "hour" INTEGER NOT NULL,
    "days" TEXT NOT NULL,
    "local_date" DATE NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "horizon" INTEGER NOT NULL,
    "sources" TEXT NOT NULL,
    "due" INTEGER NOT NULL DEFAULT 0,
    "planned_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "digest" (
    "id" SERIAL NOT NULL,
    "plan_id" INTEGER NOT NULL,
    "subscriber_id" TEXT NOT NULL,
    "local_date" DATE NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" "digest_outcome" NOT NULL,
    "from_paper" INTEGER,
    "to_paper" INTEGER,
    "best_day" DATE,
    "papers" INTEGER[],
    "matched" INTEGER NOT NULL DEFAULT 0,
    "content" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "digest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "chunk" (
    "id" SERIAL NOT NULL,
    "lane" "lane" NOT NULL,
    "owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "done_at" TIMESTAMPTZ(3),
    "not_before" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "chunk_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "dedupe" TEXT NOT NULL,
    "subscriber_id" TEXT NOT NULL,
    "digest_id" INTEGER,
    "chunk_id" INTEGER NOT NULL,
    "state" "message_state" NOT NULL DEFAULT 'ready',
    "reason" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_try" TIMESTAMPTZ(3) NOT NULL,
    "deadline" TIMESTAMPTZ(3) NOT NULL,
    "dated_at" TIMESTAMPTZ(3) NOT NULL,
    "to_address" TEXT,
    "secret_id" TEXT NOT NULL,
    "content" JSONB,
    "taken_at" TIMESTAMPTZ(3),
    "taken_by" TEXT,

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "acceptance" (
    "id" SERIAL NOT NULL,
    "message_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "answer" TEXT NOT NULL,

    CONSTRAINT "acceptance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "message_id" TEXT NOT NULL,
    "n" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "status" INTEGER,
    "enhanced" TEXT,
    "answer" TEXT NOT NULL,

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("message_id","n")
);

-- CreateTable
CREATE TABLE "tick" (
    "name" TEXT NOT NULL,
    "slot" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tick_pkey" PRIMARY KEY ("name","slot")
);

-- CreateTable
CREATE TABLE "bucket" (
    "key" TEXT NOT NULL,
    "tokens" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "bucket_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "switch" (
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "switch_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "source_day_next_try_idx" ON "source_day"("next_try");

-- CreateIndex
CREATE INDEX "paper_first_day_idx" ON "paper"("first_day");

-- CreateIndex
CREATE INDEX "paper_key_paper_id_idx" ON "paper_key"("paper_id");

-- CreateIndex
CREATE INDEX "listing_paper_id_idx" ON "listing"("paper_id");

-- CreateIndex
CREATE INDEX "listing_day_idx" ON "listing"("day");

-- CreateIndex
CREATE UNIQUE INDEX "subscriber_address_key_key" ON "subscriber"("address_key");

-- CreateIndex
CREATE INDEX "subscriber_state_zone_hour_idx" ON "subscriber"("state", "zone", "hour");

-- CreateIndex
CREATE INDEX "subscriber_address_hash_idx" ON "subscriber"("address_hash");

-- CreateIndex
CREATE UNIQUE INDEX "query_text_key" ON "query"("text");

-- CreateIndex
CREATE INDEX "topic_query_id_idx" ON "topic"("query_id");

-- CreateIndex
CREATE UNIQUE INDEX "topic_subscriber_id_position_key" ON "topic"("subscriber_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "topic_subscriber_id_query_id_key" ON "topic"("subscriber_id", "query_id");

-- CreateIndex
CREATE INDEX "signup_subscriber_id_idx" ON "signup"("subscriber_id");

-- CreateIndex
CREATE INDEX "consent_subscriber_id_idx" ON "consent"("subscriber_id");

-- CreateIndex
CREATE INDEX "plan_local_date_idx" ON "plan"("local_date");

-- CreateIndex
CREATE UNIQUE INDEX "plan_zone_hour_days_local_date_key" ON "plan"("zone", "hour", "days", "local_date");

-- CreateIndex
CREATE INDEX "digest_plan_id_outcome_id_idx" ON "digest"("plan_id", "outcome", "id");

-- CreateIndex
CREATE INDEX "digest_local_date_outcome_idx" ON "digest"("local_date", "outcome");

-- CreateIndex
CREATE UNIQUE INDEX "digest_subscriber_id_local_date_key" ON "digest"("subscriber_id", "local_date");

-- CreateIndex
CREATE INDEX "chunk_lane_done_at_not_before_idx" ON "chunk"("lane", "done_at", "not_before");

-- CreateIndex
CREATE UNIQUE INDEX "message_digest_id_key" ON "message"("digest_id");

-- CreateIndex
CREATE INDEX "message_chunk_id_state_idx" ON "message"("chunk_id", "state");

-- CreateIndex
CREATE INDEX "message_state_next_try_idx" ON "message"("state", "next_try");

-- CreateIndex
CREATE INDEX "message_subscriber_id_idx" ON "message"("subscriber_id");

-- CreateIndex
CREATE UNIQUE INDEX "message_kind_dedupe_key" ON "message"("kind", "dedupe");

-- CreateIndex
CREATE INDEX "acceptance_message_id_idx" ON "acceptance"("message_id");

-- AddForeignKey
ALTER TABLE "paper_key" ADD CONSTRAINT "paper_key_paper_id_fkey" FOREIGN KEY ("paper_id") REFERENCES "paper"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "listing" ADD CONSTRAINT "listing_paper_id_fkey" FOREIGN KEY ("paper_id") REFERENCES "paper"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "topic" ADD CONSTRAINT "topic_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "topic" ADD CONSTRAINT "topic_query_id_fkey" FOREIGN KEY ("query_id") REFERENCES "query"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signup" ADD CONSTRAINT "signup_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "digest" ADD CONSTRAINT "digest_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plan"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "digest" ADD CONSTRAINT "digest_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_digest_id_fkey" FOREIGN KEY ("digest_id") REFERENCES "digest"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_chunk_id_fkey" FOREIGN KEY ("chunk_id") REFERENCES "chunk"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "acceptance" ADD CONSTRAINT "acceptance_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "message"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "message"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma cannot say: each invariant as a constraint.

-- papers
ALTER TABLE "source_day" ADD CONSTRAINT "source_day_counts" CHECK (papers >= 0 AND attempts >= 0);
ALTER TABLE "paper" ADD CONSTRAINT "paper_title" CHECK (title <> '');
ALTER TABLE "listing" ADD CONSTRAINT "listing_counts" CHECK (votes >= 0 AND comments >= 0);
ALTER TABLE "paper_key" ADD CONSTRAINT "paper_key_filled" CHECK (scheme <> '' AND value <> '');

-- subscribers
ALTER TABLE "subscriber" ADD CONSTRAINT "subscriber_hour" CHECK (hour BETWEEN 0 AND 23);
ALTER TABLE "subscriber" ADD CONSTRAINT "subscriber_max_papers" CHECK (max_papers BETWEEN 1 AND 25);
ALTER TABLE "subscriber" ADD CONSTRAINT "subscriber_zone" CHECK (zone = 'UTC' OR zone LIKE '%/%');
ALTER TABLE "subscriber" ADD CONSTRAINT "subscriber_days" CHECK (
  cardinality(days) BETWEEN 1 AND 7 AND days <@ ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
-- An address with its keys, or a tombstone without any.
ALTER TABLE "subscriber" ADD CONSTRAINT "subscriber_address_or_erased" CHECK (
  (erased_at IS NULL AND address IS NOT NULL AND address_key IS NOT NULL AND address_hash IS NOT NULL)
  OR (erased_at IS NOT NULL AND address IS NULL AND address_key IS NULL AND address_hash IS NULL
      AND state IN ('unsubscribed', 'suppressed')));
-- No mail without a confirmed address.
ALTER TABLE "subscriber" ADD CONSTRAINT "subscriber_confirmed" CHECK (
  state NOT IN ('active', 'paused') OR (confirmed_at IS NOT NULL AND start_date IS NOT NULL));
ALTER TABLE "query" ADD CONSTRAINT "query_text" CHECK (text <> '' AND octet_length(text) <= 2000);
ALTER TABLE "topic" ADD CONSTRAINT "topic_position" CHECK (position BETWEEN 0 AND 49);
ALTER TABLE "topic" ADD CONSTRAINT "topic_name" CHECK (name <> '');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
END $$;

CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON "consent"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- digests
ALTER TABLE "plan" ADD CONSTRAINT "plan_due" CHECK (due >= 0 AND hour BETWEEN 0 AND 23);
ALTER TABLE "digest" ADD CONSTRAINT "digest_range" CHECK (
  (from_paper IS NULL) = (to_paper IS NULL) AND (from_paper IS NULL OR from_paper <= to_paper));
ALTER TABLE "digest" ADD CONSTRAINT "digest_papers" CHECK (cardinality(papers) <= 25 AND matched >= cardinality(papers));
ALTER TABLE "digest" ADD CONSTRAINT "digest_outcome_filled" CHECK (
  CASE outcome
    WHEN 'planned' THEN content IS NOT NULL AND to_paper IS NOT NULL AND cardinality(papers) > 0
    WHEN 'nothing_matched' THEN to_paper IS NOT NULL AND cardinality(papers) = 0
    ELSE to_paper IS NULL AND cardinality(papers) = 0
  END);

-- delivery
ALTER TABLE "chunk" ADD CONSTRAINT "chunk_lease" CHECK ((owner IS NULL) = (lease_until IS NULL));
ALTER TABLE "message" ADD CONSTRAINT "message_digest" CHECK ((kind = 'digest') = (digest_id IS NOT NULL));
ALTER TABLE "message" ADD CONSTRAINT "message_attempts" CHECK (attempts >= 0);
ALTER TABLE "message" ADD CONSTRAINT "message_reason" CHECK (
  state NOT IN ('refused', 'gave_up', 'skipped') OR reason IS NOT NULL);
ALTER TABLE "message" ADD CONSTRAINT "message_taken" CHECK (
  state <> 'taken' OR (taken_at IS NOT NULL AND taken_by IS NOT NULL));
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_outcome" CHECK (
  outcome IN ('deferred', 'refused', 'uncertain', 'lost') AND n >= 1);

CREATE TRIGGER acceptance_never_changes BEFORE UPDATE ON "acceptance"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- An acceptance beats every other state, whoever writes last.
CREATE FUNCTION acceptance_wins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "message" SET state = 'accepted', reason = NULL WHERE id = NEW.message_id;
  RETURN NULL;
END $$;
CREATE TRIGGER acceptance_wins AFTER INSERT ON "acceptance" FOR EACH ROW EXECUTE FUNCTION acceptance_wins();

CREATE FUNCTION accepted_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "acceptance" WHERE message_id = NEW.id) THEN
    NEW.state := 'accepted';
    NEW.reason := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER accepted_stays BEFORE UPDATE ON "message"
  FOR EACH ROW WHEN (NEW.state <> 'accepted') EXECUTE FUNCTION accepted_stays();

-- platform
ALTER TABLE "bucket" ADD CONSTRAINT "bucket_tokens" CHECK (tokens >= 0);
