CREATE TABLE topic_page (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  topics JSONB NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT topic_page_pkey PRIMARY KEY (id)
);
