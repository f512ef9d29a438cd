CREATE TABLE plain_paper (
  paper_id int PRIMARY KEY REFERENCES paper (id) ON DELETE CASCADE ON UPDATE CASCADE,
  fingerprint text NOT NULL,
  version int NOT NULL,
  content jsonb NOT NULL,
  made_at timestamptz(3) NOT NULL
);
