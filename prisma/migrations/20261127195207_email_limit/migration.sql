-- CreateTable
CREATE TABLE "email_limit" (
    "key" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "before_at" TIMESTAMPTZ(3),
    "kept_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "email_limit_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "email_limit_kept_until_idx" ON "email_limit"("kept_until");

-- A hash, never an address.
ALTER TABLE "email_limit" ADD CONSTRAINT "email_limit_key" CHECK ("key" ~ '^[0-9a-f]{64}$');
