CREATE TABLE shown_paper (
  id text PRIMARY KEY,
  local_date date NOT NULL,
  content jsonb NOT NULL
);
CREATE INDEX shown_paper_local_date_idx ON shown_paper (local_date);
