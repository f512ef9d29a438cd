CREATE TABLE shown_paper (
  id text PRIMARY KEY,
  local_date date NOT NULL,
  content jsonb NOT NULL
);
