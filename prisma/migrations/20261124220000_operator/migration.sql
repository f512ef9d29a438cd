-- AlterTable
ALTER TABLE "subscriber" ADD COLUMN     "imported_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "action" (
    "id" SERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "door" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "subscriber_id" TEXT,
    "detail" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "action_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notice" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "values" JSONB NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try" TIMESTAMPTZ(3) NOT NULL,
    "told_at" TIMESTAMPTZ(3),
    "over_at" TIMESTAMPTZ(3),

    CONSTRAINT "notice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_session" (
    "id" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "admin_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_run" (
    "id" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "rows" INTEGER NOT NULL DEFAULT 0,
    "taken" INTEGER NOT NULL DEFAULT 0,
    "unchanged" INTEGER NOT NULL DEFAULT 0,
    "refused" INTEGER NOT NULL DEFAULT 0,
    "tally" JSONB NOT NULL DEFAULT '{}',
    "told" INTEGER NOT NULL DEFAULT 0,
    "told_in" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "import_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "day_book" (
    "local_date" DATE NOT NULL,
    "counts" JSONB,
    "figures" JSONB,
    "pruned_at" TIMESTAMPTZ(3),

    CONSTRAINT "day_book_pkey" PRIMARY KEY ("local_date")
);

-- CreateIndex
CREATE INDEX "action_subscriber_id_idx" ON "action"("subscriber_id");

-- CreateIndex
CREATE INDEX "notice_told_at_next_try_idx" ON "notice"("told_at", "next_try");

-- CreateIndex
CREATE UNIQUE INDEX "notice_kind_key_key" ON "notice"("kind", "key");

-- CreateIndex
CREATE INDEX "admin_session_expires_at_idx" ON "admin_session"("expires_at");

-- What Prisma cannot say

-- What was done stays written down.
CREATE TRIGGER action_never_changes BEFORE UPDATE OR DELETE ON "action"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE "action" ADD CONSTRAINT "action_door" CHECK ("door" IN ('admin', 'api', 'command'));

-- Somebody who never confirmed goes whole, and only by a transaction that says so. Who confirmed keeps every row.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'consent' AND current_setting('papers.forgets_unconfirmed', true) = 'on' THEN
    IF EXISTS (SELECT FROM "subscriber" WHERE id = OLD.subscriber_id AND state = 'pending' AND confirmed_at IS NULL) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
END $$;
