CREATE TABLE reader_offer (
  topic TEXT NOT NULL,
  model TEXT NOT NULL,
  query TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT reader_offer_pkey PRIMARY KEY (topic, model)
);

CREATE INDEX reader_offer_at_idx ON reader_offer (at);

ALTER TABLE reader_day ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;
