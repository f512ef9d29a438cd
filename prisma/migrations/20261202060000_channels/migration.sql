CREATE TABLE lab_channel (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  topic TEXT NOT NULL,
  zone TEXT NOT NULL,
  hour INTEGER NOT NULL,
  days TEXT[],
  max_papers INTEGER NOT NULL,
  target TEXT NOT NULL,
  added_at TIMESTAMPTZ(3) NOT NULL,
  refusals INTEGER NOT NULL DEFAULT 0,
  stopped_at TIMESTAMPTZ(3),
  CONSTRAINT lab_channel_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX lab_channel_name_key ON lab_channel (name);

CREATE TABLE channel_post (
  channel_id TEXT NOT NULL,
  local_date DATE NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  content JSONB,
  matched INTEGER[],
  due_at TIMESTAMPTZ(3) NOT NULL,
  deadline TIMESTAMPTZ(3) NOT NULL,
  next_try TIMESTAMPTZ(3) NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  unanswered INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0,
  holder TEXT,
  changed_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT channel_post_pkey PRIMARY KEY (channel_id, local_date)
);

CREATE INDEX channel_post_local_date_idx ON channel_post (local_date);
