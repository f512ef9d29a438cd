CREATE TABLE reader_grade (
  topic TEXT NOT NULL,
  paper_id INTEGER NOT NULL,
  model TEXT NOT NULL,
  day DATE NOT NULL,
  grade INTEGER,
  reason TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT reader_grade_pkey PRIMARY KEY (topic, model, paper_id)
);

CREATE INDEX reader_grade_at_idx ON reader_grade (at);

CREATE TABLE reader_day (
  day DATE NOT NULL,
  asked INTEGER NOT NULL,
  CONSTRAINT reader_day_pkey PRIMARY KEY (day)
);

CREATE TABLE reader_opt_out (
  topic_id INTEGER NOT NULL,
  subscriber_id TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT reader_opt_out_pkey PRIMARY KEY (topic_id)
);

CREATE INDEX reader_opt_out_subscriber_id_idx ON reader_opt_out (subscriber_id);
