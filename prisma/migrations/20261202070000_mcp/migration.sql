CREATE TABLE agent_token (
  id SERIAL NOT NULL,
  subscriber_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  last_used DATE,
  CONSTRAINT agent_token_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX agent_token_hash_key ON agent_token (hash);

CREATE INDEX agent_token_subscriber_id_idx ON agent_token (subscriber_id);
