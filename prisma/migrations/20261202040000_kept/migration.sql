CREATE TABLE kept_paper (
  subscriber_id TEXT NOT NULL,
  paper_id INTEGER NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  why JSONB,
  removed_at TIMESTAMPTZ(3),
  CONSTRAINT kept_paper_pkey PRIMARY KEY (subscriber_id, paper_id)
);

CREATE INDEX kept_paper_removed_at_idx ON kept_paper (removed_at);

CREATE TABLE private_address (
  subscriber_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  epoch INTEGER NOT NULL,
  secret_id TEXT NOT NULL,
  made_at TIMESTAMPTZ(3) NOT NULL,
  ended_at TIMESTAMPTZ(3),
  only_feed BOOLEAN NOT NULL DEFAULT false,
  CONSTRAINT private_address_pkey PRIMARY KEY (subscriber_id, purpose)
);
