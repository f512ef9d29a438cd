-- CreateTable
CREATE TABLE "learned_model" (
    "kind" TEXT NOT NULL,
    "learned_at" TIMESTAMPTZ(3) NOT NULL,
    "papers" INTEGER NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "learned_model_pkey" PRIMARY KEY ("kind")
);
