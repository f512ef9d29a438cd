-- The schema of 1.0, in the order of schema.prisma; tables of features are at the end. Prisma writes the tables, indexes and
-- foreign keys; the checks, functions and triggers state what its language cannot. Later migrations only add: the release
-- before must run on the schema of the newest one.
--
-- Primary keys and unique constraints of digest, message, attempt and acceptance contain local_date, because those of a
-- partitioned table must contain the column of its partitions. So these tables can become PARTITION BY RANGE (local_date)
-- without writing their rows again: test/integration/core/database/partitions.test.ts does it. The id comes first, so that a
-- row is found by its id alone.

-- ---- sources

CREATE TYPE source_day_state AS ENUM ('waiting', 'fresh', 'quiet', 'stalled', 'failed');

CREATE TABLE source_day (
  source TEXT NOT NULL,
  day DATE NOT NULL,
  state source_day_state NOT NULL DEFAULT 'waiting',
  reason TEXT,
  papers INTEGER NOT NULL DEFAULT 0,
  revised INTEGER NOT NULL DEFAULT 0,
  late INTEGER NOT NULL DEFAULT 0,
  fetches INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_status INTEGER,
  last_fault TEXT,
  rejected TEXT[] DEFAULT ARRAY[]::TEXT[],
  fetched_at TIMESTAMPTZ(3),
  came_at TIMESTAMPTZ(3),
  next_try TIMESTAMPTZ(3),
  closed_at TIMESTAMPTZ(3),
  CONSTRAINT source_day_pkey PRIMARY KEY (source, day),
  CONSTRAINT source_day_counts CHECK (papers >= 0 AND attempts >= 0)
);

CREATE INDEX source_day_next_try_idx ON source_day (next_try);

-- ---- papers

CREATE TABLE paper (
  id SERIAL NOT NULL,
  title TEXT NOT NULL,
  abstract TEXT NOT NULL,
  authors TEXT[],
  categories TEXT[],
  keywords TEXT[],
  organization TEXT,
  code_url TEXT,
  code_stars INTEGER,
  project_url TEXT,
  summary TEXT,
  published_at TIMESTAMPTZ(3),
  version INTEGER,
  ranks JSONB NOT NULL DEFAULT '{}',
  withdrawn_at TIMESTAMPTZ(3),
  first_day DATE NOT NULL,
  first_seen TIMESTAMPTZ(3) NOT NULL,
  updated_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT paper_pkey PRIMARY KEY (id),
  CONSTRAINT paper_title CHECK (title <> '')
);

CREATE INDEX paper_first_day_idx ON paper (first_day);
-- Every process that holds papers in memory reads recent changes by this index.
CREATE INDEX paper_updated_at_idx ON paper (updated_at);
-- Lists leave these few out; without the index, counting the papers of a month reads all papers.
CREATE INDEX paper_withdrawn_idx ON paper (id) WHERE withdrawn_at IS NOT NULL;

CREATE TABLE plain_paper (
  paper_id INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  version INTEGER NOT NULL,
  content JSONB NOT NULL,
  made_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT plain_paper_pkey PRIMARY KEY (paper_id),
  CONSTRAINT plain_paper_paper_id_fkey FOREIGN KEY (paper_id) REFERENCES paper (id) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE paper_key (
  scheme TEXT NOT NULL,
  value TEXT NOT NULL,
  paper_id INTEGER NOT NULL,
  CONSTRAINT paper_key_pkey PRIMARY KEY (scheme, value),
  CONSTRAINT paper_key_paper_id_fkey FOREIGN KEY (paper_id) REFERENCES paper (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT paper_key_filled CHECK (scheme <> '' AND value <> '')
);

CREATE INDEX paper_key_paper_id_idx ON paper_key (paper_id);

CREATE TYPE listing_kind AS ENUM ('new', 'cross', 'revised');

CREATE TABLE listing (
  source TEXT NOT NULL,
  day DATE NOT NULL,
  paper_id INTEGER NOT NULL,
  kind listing_kind NOT NULL DEFAULT 'new',
  votes INTEGER,
  comments INTEGER,
  first_seen TIMESTAMPTZ(3) NOT NULL,
  updated_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT listing_pkey PRIMARY KEY (source, day, paper_id),
  CONSTRAINT listing_paper_id_fkey FOREIGN KEY (paper_id) REFERENCES paper (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT listing_counts CHECK (votes >= 0 AND comments >= 0)
);

CREATE INDEX listing_paper_id_idx ON listing (paper_id);
CREATE INDEX listing_day_idx ON listing (day);
-- Every process that holds papers in memory reads recent changes by this index.
CREATE INDEX listing_updated_at_idx ON listing (updated_at);

CREATE TABLE paper_history (
  id SERIAL NOT NULL,
  paper_id INTEGER NOT NULL,
  votes INTEGER,
  revised_on DATE,
  at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT paper_history_pkey PRIMARY KEY (id),
  CONSTRAINT paper_history_paper_id_fkey
    FOREIGN KEY (paper_id) REFERENCES paper (id) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX paper_history_paper_id_id_idx ON paper_history (paper_id, id);
CREATE INDEX paper_history_at_idx ON paper_history (at);

CREATE TABLE learned_model (
  kind TEXT NOT NULL,
  learned_at TIMESTAMPTZ(3) NOT NULL,
  papers INTEGER NOT NULL,
  data BYTEA NOT NULL,
  CONSTRAINT learned_model_pkey PRIMARY KEY (kind)
);

-- ---- subscribers

CREATE TYPE subscriber_state AS ENUM ('pending', 'active', 'paused', 'unsubscribed', 'suppressed');

CREATE TYPE mail_format AS ENUM ('html', 'text');

CREATE TYPE mail_detail AS ENUM ('full', 'titles');

CREATE TABLE subscriber (
  id TEXT NOT NULL,
  address TEXT,
  address_key TEXT,
  address_hash TEXT,
  state subscriber_state NOT NULL DEFAULT 'pending',
  state_before subscriber_state,
  zone TEXT NOT NULL,
  hour INTEGER NOT NULL,
  days TEXT[],
  max_papers INTEGER NOT NULL,
  format mail_format NOT NULL DEFAULT 'html',
  detail mail_detail NOT NULL DEFAULT 'full',
  related BOOLEAN NOT NULL DEFAULT true,
  epoch INTEGER NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ(3) NOT NULL,
  confirmed_at TIMESTAMPTZ(3),
  confirmed_how TEXT,
  start_date DATE,
  paused_until DATE,
  imported_at TIMESTAMPTZ(3),
  erased_at TIMESTAMPTZ(3),
  CONSTRAINT subscriber_pkey PRIMARY KEY (id),
  CONSTRAINT subscriber_hour CHECK (hour BETWEEN 0 AND 23),
  CONSTRAINT subscriber_max_papers CHECK (max_papers BETWEEN 1 AND 25),
  CONSTRAINT subscriber_zone CHECK (zone = 'UTC' OR zone LIKE '%/%'),
  CONSTRAINT subscriber_days CHECK (
    cardinality(days) BETWEEN 1 AND 7 AND days <@ ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
  -- An address with its keys, or a tombstone without any.
  CONSTRAINT subscriber_address_or_erased CHECK (
    (erased_at IS NULL AND address IS NOT NULL AND address_key IS NOT NULL AND address_hash IS NOT NULL)
    OR (erased_at IS NOT NULL AND address IS NULL AND address_key IS NULL AND address_hash IS NULL
        AND state IN ('unsubscribed', 'suppressed'))),
  -- No digest without a confirmed address.
  CONSTRAINT subscriber_confirmed CHECK (
    state NOT IN ('active', 'paused') OR (confirmed_at IS NOT NULL AND start_date IS NOT NULL))
);

CREATE UNIQUE INDEX subscriber_address_key_key ON subscriber (address_key);
CREATE INDEX subscriber_state_zone_hour_idx ON subscriber (state, zone, hour);
-- The subscribers of a schedule in the order in which their digests are opened, page by page.
CREATE INDEX subscriber_zone_hour_id_idx ON subscriber (zone, hour, id);
-- Hashes are only compared for equality, and entries of this index are smaller.
CREATE INDEX subscriber_address_hash_idx ON subscriber USING hash (address_hash);
CREATE INDEX subscriber_created_at_id_idx ON subscriber (created_at DESC, id);

CREATE TABLE query (
  id SERIAL NOT NULL,
  text TEXT NOT NULL,
  tree JSONB NOT NULL,
  grammar INTEGER NOT NULL,
  -- A query of 8 kB is too long for an index, so its hash is unique. A cast to bytea reads backslashes as escapes.
  hash BYTEA GENERATED ALWAYS AS (sha256(replace(text, '\', '\\')::bytea)) STORED,
  CONSTRAINT query_pkey PRIMARY KEY (id),
  CONSTRAINT query_text CHECK (text <> '' AND octet_length(text) <= 8192)
);

CREATE UNIQUE INDEX query_hash_key ON query (hash);

CREATE TABLE topic (
  id SERIAL NOT NULL,
  subscriber_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  query_id INTEGER NOT NULL,
  CONSTRAINT topic_pkey PRIMARY KEY (id),
  CONSTRAINT topic_subscriber_id_fkey
    FOREIGN KEY (subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT topic_query_id_fkey FOREIGN KEY (query_id) REFERENCES query (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT topic_position CHECK (position BETWEEN 0 AND 49),
  CONSTRAINT topic_name CHECK (name <> '')
);

CREATE UNIQUE INDEX topic_subscriber_id_position_key ON topic (subscriber_id, position);
-- One index finds the topics of a query and keeps them distinct; those of a subscriber are found by position.
CREATE UNIQUE INDEX topic_query_id_subscriber_id_key ON topic (query_id, subscriber_id);

CREATE TABLE learned_topic (
  topic_id INTEGER NOT NULL,
  subscriber_id TEXT NOT NULL,
  step INTEGER NOT NULL DEFAULT 0,
  voted_step INTEGER NOT NULL DEFAULT 0,
  phrases JSONB NOT NULL DEFAULT '{}',
  usual DOUBLE PRECISION NOT NULL DEFAULT 0,
  removed TEXT[] DEFAULT ARRAY[]::TEXT[],
  CONSTRAINT learned_topic_pkey PRIMARY KEY (topic_id),
  CONSTRAINT learned_topic_subscriber_id_fkey
    FOREIGN KEY (subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX learned_topic_subscriber_id_idx ON learned_topic (subscriber_id);

CREATE TYPE feedback_kind AS ENUM ('more', 'less');

CREATE TABLE vote (
  topic_id INTEGER NOT NULL,
  paper_id INTEGER NOT NULL,
  kind feedback_kind NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  close BOOLEAN NOT NULL DEFAULT false,
  phrases JSONB NOT NULL DEFAULT '{}',
  CONSTRAINT vote_pkey PRIMARY KEY (topic_id, paper_id),
  CONSTRAINT vote_topic_id_fkey
    FOREIGN KEY (topic_id) REFERENCES learned_topic (topic_id) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE signup (
  id SERIAL NOT NULL,
  subscriber_id TEXT NOT NULL,
  request JSONB NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  confirmed_at TIMESTAMPTZ(3),
  CONSTRAINT signup_pkey PRIMARY KEY (id),
  CONSTRAINT signup_subscriber_id_fkey
    FOREIGN KEY (subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX signup_subscriber_id_idx ON signup (subscriber_id);

CREATE TABLE change (
  id SERIAL NOT NULL,
  subscriber_id TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  how TEXT NOT NULL,
  before JSONB NOT NULL,
  after JSONB NOT NULL,
  CONSTRAINT change_pkey PRIMARY KEY (id),
  CONSTRAINT change_subscriber_id_fkey
    FOREIGN KEY (subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX change_subscriber_id_idx ON change (subscriber_id);

CREATE TABLE address_change (
  id SERIAL NOT NULL,
  subscriber_id TEXT NOT NULL,
  address TEXT NOT NULL,
  address_key TEXT NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  confirmed_at TIMESTAMPTZ(3),
  CONSTRAINT address_change_pkey PRIMARY KEY (id),
  CONSTRAINT address_change_subscriber_id_fkey
    FOREIGN KEY (subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX address_change_subscriber_id_idx ON address_change (subscriber_id);

CREATE TABLE consent (
  id SERIAL NOT NULL,
  subscriber_id TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  event TEXT NOT NULL,
  how TEXT NOT NULL,
  wording TEXT NOT NULL,
  CONSTRAINT consent_pkey PRIMARY KEY (id),
  CONSTRAINT consent_subscriber_id_fkey
    FOREIGN KEY (subscriber_id) REFERENCES subscriber (id) ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE INDEX consent_subscriber_id_idx ON consent (subscriber_id);
CREATE INDEX consent_at_idx ON consent (at);

-- Used by the triggers of append-only tables. One exception: a sign-up that was never confirmed may be deleted together
-- with its consents, by a transaction that sets papers.forgets_unconfirmed.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'consent' AND current_setting('papers.forgets_unconfirmed', true) = 'on' THEN
    IF EXISTS (SELECT FROM "subscriber" WHERE id = OLD.subscriber_id AND state = 'pending' AND confirmed_at IS NULL) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
END $$;

CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON consent
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Rows may be deleted, when their subscriber is erased.
CREATE TRIGGER change_never_changes BEFORE UPDATE ON change
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE suppression (
  address_hash TEXT NOT NULL,
  reason TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  lifted_at TIMESTAMPTZ(3),
  CONSTRAINT suppression_pkey PRIMARY KEY (address_hash)
);

-- ---- digests

CREATE TABLE plan (
  id SERIAL NOT NULL,
  zone TEXT NOT NULL,
  hour INTEGER NOT NULL,
  days TEXT NOT NULL,
  local_date DATE NOT NULL,
  due_at TIMESTAMPTZ(3) NOT NULL,
  max_paper_id INTEGER NOT NULL,
  sources JSONB NOT NULL DEFAULT '[]',
  due INTEGER NOT NULL DEFAULT 0,
  planned_at TIMESTAMPTZ(3),
  closed_at TIMESTAMPTZ(3),
  CONSTRAINT plan_pkey PRIMARY KEY (id),
  CONSTRAINT plan_due CHECK (due >= 0 AND hour BETWEEN 0 AND 23)
);

CREATE INDEX plan_local_date_idx ON plan (local_date);
CREATE UNIQUE INDEX plan_zone_hour_days_local_date_key ON plan (zone, hour, days, local_date);

CREATE TYPE digest_outcome AS ENUM ('due', 'planned', 'nothing_matched', 'paused', 'missed');

CREATE TABLE digest (
  id SERIAL NOT NULL,
  plan_id INTEGER NOT NULL,
  subscriber_id TEXT NOT NULL,
  local_date DATE NOT NULL,
  due_at TIMESTAMPTZ(3) NOT NULL,
  outcome digest_outcome NOT NULL,
  from_paper INTEGER,
  to_paper INTEGER,
  to_history INTEGER,
  best_day DATE,
  papers INTEGER[],
  matched INTEGER NOT NULL DEFAULT 0,
  content JSONB,
  created_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT digest_pkey PRIMARY KEY (id, local_date),
  CONSTRAINT digest_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plan (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT digest_subscriber_id_fkey
    FOREIGN KEY (subscriber_id) REFERENCES subscriber (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT digest_range CHECK (
    (from_paper IS NULL) = (to_paper IS NULL) AND (from_paper IS NULL OR from_paper <= to_paper)),
  -- Papers that only come close are shown too and do not count as matched.
  CONSTRAINT digest_papers CHECK (cardinality(papers) <= 25),
  CONSTRAINT digest_outcome_filled CHECK (
    CASE outcome
      WHEN 'planned' THEN content IS NOT NULL AND to_paper IS NOT NULL AND cardinality(papers) > 0
      WHEN 'nothing_matched' THEN to_paper IS NOT NULL AND cardinality(papers) = 0
      ELSE to_paper IS NULL AND cardinality(papers) = 0
    END)
);

CREATE INDEX digest_plan_id_outcome_id_idx ON digest (plan_id, outcome, id);
-- With id, like the primary key: for a table of few digests Postgres takes both for equally good, and keeps the plan of a
-- foreign key for as long as a connection lives.
CREATE INDEX digest_local_date_id_idx ON digest (local_date, id);
CREATE UNIQUE INDEX digest_subscriber_id_local_date_key ON digest (subscriber_id, local_date);

CREATE TABLE shown_paper (
  id TEXT NOT NULL,
  local_date DATE NOT NULL,
  content JSONB NOT NULL,
  CONSTRAINT shown_paper_pkey PRIMARY KEY (id)
);

-- ---- delivery

CREATE TYPE lane AS ENUM ('transactional', 'bulk');

CREATE TYPE message_state AS ENUM (
  'ready', 'taken', 'accepted', 'deferred', 'refused', 'uncertain', 'gave_up', 'skipped'
);

CREATE TABLE batch (
  id SERIAL NOT NULL,
  lane lane NOT NULL,
  domain TEXT,
  owner TEXT,
  lease_until TIMESTAMPTZ(3),
  done_at TIMESTAMPTZ(3),
  not_before TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT batch_pkey PRIMARY KEY (id),
  CONSTRAINT batch_lease CHECK ((owner IS NULL) = (lease_until IS NULL))
);

CREATE INDEX batch_lane_done_at_not_before_idx ON batch (lane, done_at, not_before);

-- What unique (kind, dedupe, local_date) means: at most one message of a kind has a dedupe, because local_date is a function
-- of the event that dedupe names, and not of the time at which the message is enqueued. A digest and a note name their local
-- date. A goodbye names its instant. Every other kind names a row (of signup or address_change) that is inserted or marked
-- as confirmed in the same transaction, under the lock of its subscriber, and has the date (UTC) of that; or a random value,
-- because any number is allowed. Ids are random or from one sequence, so they are unique without a constraint of their own.
CREATE TABLE message (
  id TEXT NOT NULL,
  local_date DATE NOT NULL,
  kind TEXT NOT NULL,
  dedupe TEXT NOT NULL,
  subscriber_id TEXT NOT NULL,
  digest_id INTEGER,
  batch_id INTEGER NOT NULL,
  state message_state NOT NULL DEFAULT 'ready',
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try TIMESTAMPTZ(3) NOT NULL,
  deadline TIMESTAMPTZ(3) NOT NULL,
  dated_at TIMESTAMPTZ(3) NOT NULL,
  to_address TEXT,
  secret_id TEXT NOT NULL,
  content JSONB,
  taken_at TIMESTAMPTZ(3),
  taken_by TEXT,
  CONSTRAINT message_pkey PRIMARY KEY (id, local_date),
  CONSTRAINT message_subscriber_id_fkey
    FOREIGN KEY (subscriber_id) REFERENCES subscriber (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT message_digest_id_local_date_fkey
    FOREIGN KEY (digest_id, local_date) REFERENCES digest (id, local_date) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT message_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batch (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT message_digest CHECK ((kind = 'digest') = (digest_id IS NOT NULL)),
  CONSTRAINT message_attempts CHECK (attempts >= 0),
  CONSTRAINT message_reason CHECK (state NOT IN ('refused', 'gave_up', 'skipped') OR reason IS NOT NULL),
  CONSTRAINT message_taken CHECK (state <> 'taken' OR (taken_at IS NOT NULL AND taken_by IS NOT NULL))
)
-- The state of a message changes twice per email. While no index has it, Postgres writes the new row beside the old one
-- and changes no index, if the page has room: so half of each page is kept free. Open messages are found by their batch.
WITH (fillfactor = 50);

CREATE UNIQUE INDEX message_digest_id_local_date_key ON message (digest_id, local_date);
CREATE INDEX message_batch_id_idx ON message (batch_id);
CREATE INDEX message_subscriber_id_idx ON message (subscriber_id);
CREATE INDEX message_dated_at_id_idx ON message (dated_at DESC, id);
-- For lists of the messages that were refused, given up or skipped.
CREATE INDEX message_ended_idx ON message (dated_at DESC, id) WHERE reason IS NOT NULL;
CREATE UNIQUE INDEX message_kind_dedupe_local_date_key ON message (kind, dedupe, local_date);

CREATE TABLE acceptance (
  id SERIAL NOT NULL,
  message_id TEXT NOT NULL,
  local_date DATE NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  reply TEXT NOT NULL,
  CONSTRAINT acceptance_pkey PRIMARY KEY (id, local_date),
  CONSTRAINT acceptance_message_id_local_date_fkey
    FOREIGN KEY (message_id, local_date) REFERENCES message (id, local_date) ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE INDEX acceptance_message_id_idx ON acceptance (message_id);
CREATE INDEX acceptance_at_idx ON acceptance (at);

-- Rows may be deleted, when old messages are pruned.
CREATE TRIGGER acceptance_never_changes BEFORE UPDATE ON acceptance
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- An acceptance overrides every other state, whichever process writes last: the first trigger sets the state, the
-- second keeps it. One update for all acceptances of a statement: Postgres reads the checks of the table anew for each.
CREATE FUNCTION acceptance_wins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "message" m SET state = 'accepted', reason = NULL FROM added
    WHERE m.id = added.message_id AND m.local_date = added.local_date;
  RETURN NULL;
END $$;

CREATE TRIGGER acceptance_wins AFTER INSERT ON acceptance
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION acceptance_wins();

-- The other trigger sets the state in the transaction of the acceptance, and an update sees the row as the last one left
-- it. So the state tells whether there is an acceptance, without a search per update.
CREATE FUNCTION accepted_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'accepted' THEN
    NEW.state := 'accepted';
    NEW.reason := NULL;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER accepted_stays BEFORE UPDATE ON message
  FOR EACH ROW WHEN (NEW.state <> 'accepted') EXECUTE FUNCTION accepted_stays();

CREATE TABLE attempt (
  message_id TEXT NOT NULL,
  local_date DATE NOT NULL,
  n INTEGER NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER,
  enhanced TEXT,
  reply TEXT NOT NULL,
  CONSTRAINT attempt_pkey PRIMARY KEY (message_id, local_date, n),
  CONSTRAINT attempt_message_id_local_date_fkey
    FOREIGN KEY (message_id, local_date) REFERENCES message (id, local_date) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT attempt_outcome CHECK (outcome IN ('deferred', 'refused', 'uncertain', 'lost') AND n >= 1)
);

-- ---- bounces

CREATE TYPE report_state AS ENUM ('waiting', 'read', 'unreadable');

CREATE TABLE report (
  id SERIAL NOT NULL,
  hash TEXT NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT,
  raw BYTEA,
  bytes INTEGER NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  state report_state NOT NULL DEFAULT 'waiting',
  attempts INTEGER NOT NULL DEFAULT 0,
  taken_until TIMESTAMPTZ(3),
  read_at TIMESTAMPTZ(3),
  CONSTRAINT report_pkey PRIMARY KEY (id),
  -- The bytes are kept until they are read, and no longer: they contain addresses and words of others.
  CONSTRAINT report_raw CHECK ((state = 'waiting') = (raw IS NOT NULL))
);

CREATE UNIQUE INDEX report_hash_key ON report (hash);
CREATE INDEX report_state_id_idx ON report (state, id);
CREATE INDEX report_at_idx ON report (at);

CREATE TABLE bounce (
  report_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  class TEXT NOT NULL,
  status TEXT,
  sure BOOLEAN NOT NULL DEFAULT false,
  reply TEXT NOT NULL DEFAULT '',
  domain TEXT,
  found_by TEXT,
  message_id TEXT,
  subscriber_id TEXT,
  effect TEXT NOT NULL,
  CONSTRAINT bounce_pkey PRIMARY KEY (report_id, n),
  CONSTRAINT bounce_report_id_fkey FOREIGN KEY (report_id) REFERENCES report (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT bounce_subscriber_id_fkey
    FOREIGN KEY (subscriber_id) REFERENCES subscriber (id) ON DELETE SET NULL ON UPDATE CASCADE
);

CREATE INDEX bounce_subscriber_id_at_idx ON bounce (subscriber_id, at);
CREATE INDEX bounce_message_id_idx ON bounce (message_id);
CREATE INDEX bounce_at_idx ON bounce (at);
CREATE INDEX bounce_class_at_idx ON bounce (class, at);
CREATE INDEX bounce_domain_at_idx ON bounce (domain, at);

-- ---- the operator

CREATE TABLE action (
  id SERIAL NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  via TEXT NOT NULL,
  by TEXT NOT NULL DEFAULT '',
  verb TEXT NOT NULL,
  subscriber_id TEXT,
  detail TEXT NOT NULL DEFAULT '',
  CONSTRAINT action_pkey PRIMARY KEY (id),
  CONSTRAINT action_via CHECK (via IN ('admin', 'api', 'command'))
);

CREATE INDEX action_subscriber_id_idx ON action (subscriber_id);

-- The audit log is never changed.
CREATE TRIGGER action_never_changes BEFORE UPDATE OR DELETE ON action
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE admin_session (
  id TEXT NOT NULL,
  data JSONB NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT admin_session_pkey PRIMARY KEY (id)
);

CREATE INDEX admin_session_expires_at_idx ON admin_session (expires_at);

CREATE TABLE day_totals (
  local_date DATE NOT NULL,
  counts JSONB,
  figures JSONB,
  pruned_at TIMESTAMPTZ(3),
  CONSTRAINT day_totals_pkey PRIMARY KEY (local_date)
);

-- ---- platform

CREATE TABLE tick (
  name TEXT NOT NULL,
  slot TIMESTAMPTZ(3) NOT NULL,
  claimed_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT tick_pkey PRIMARY KEY (name, slot)
);

-- One table of token buckets for all rate limits.
CREATE TABLE bucket (
  key TEXT NOT NULL,
  tokens DOUBLE PRECISION NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  capacity DOUBLE PRECISION,
  per_second DOUBLE PRECISION,
  slowed_to DOUBLE PRECISION,
  slowed_at TIMESTAMPTZ(3),
  held_until TIMESTAMPTZ(3),
  holder TEXT,
  reply TEXT,
  CONSTRAINT bucket_pkey PRIMARY KEY (key),
  CONSTRAINT bucket_tokens CHECK (tokens >= 0),
  CONSTRAINT bucket_slowed CHECK ((slowed_to IS NULL) = (slowed_at IS NULL) AND slowed_to > 0),
  CONSTRAINT bucket_limits CHECK (per_second > 0 AND capacity > 0)
);

-- Senders read these rows each second, visitors may leave many others.
CREATE INDEX bucket_sending_idx ON bucket (key) WHERE key LIKE 'send %';

-- The rate in permits a second at an instant; a million, which counts as no limit, if nothing limits it. A rate that was
-- slowed doubles each minute, so it recovers without a write.
CREATE FUNCTION permits_per_second(b bucket, now timestamptz) RETURNS float8 LANGUAGE sql STABLE AS $$
  SELECT least(coalesce(b.per_second, 1e6), coalesce(b.slowed_to
    * power(2, least(30, greatest(0, extract(epoch FROM now - b.slowed_at)::float8) / 60)), 1e6))
$$;

-- The number of permits at an instant; negative while a debt is paid off.
CREATE FUNCTION permits_left(b bucket, now timestamptz) RETURNS float8 LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN b.held_until > now THEN 0 ELSE
    least(coalesce(b.capacity, greatest(1, 5 * permits_per_second(b, now))),
      b.tokens + extract(epoch FROM now - b.at)::float8 * permits_per_second(b, now)) END
$$;

CREATE TABLE email_limit (
  key TEXT NOT NULL,
  since TIMESTAMPTZ(3) NOT NULL,
  sent_at TIMESTAMPTZ(3) NOT NULL,
  before_at TIMESTAMPTZ(3),
  kept_until TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT email_limit_pkey PRIMARY KEY (key),
  -- A hash, never an address.
  CONSTRAINT email_limit_key CHECK (key ~ '^[0-9a-f]{64}$')
);

CREATE INDEX email_limit_kept_until_idx ON email_limit (kept_until);

CREATE TABLE switch (
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  reason TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT switch_pkey PRIMARY KEY (name)
);

-- The timeline of the server, which rises with each promotion of a standby and each point-in-time recovery. Null on a
-- standby, and on a server that refuses these functions or lacks them. The name of the current WAL file shows it at
-- once; pg_control_checkpoint() shows the old one until the first checkpoint after the promotion has ended.
CREATE FUNCTION database_timeline() RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF pg_is_in_recovery() THEN
    RETURN NULL;
  END IF;
  RETURN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END $$;

-- ---- features

CREATE TABLE alert (
  id SERIAL NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  values JSONB NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try TIMESTAMPTZ(3) NOT NULL,
  sent_at TIMESTAMPTZ(3),
  ended_at TIMESTAMPTZ(3),
  CONSTRAINT alert_pkey PRIMARY KEY (id)
);

CREATE INDEX alert_sent_at_next_try_idx ON alert (sent_at, next_try);
CREATE UNIQUE INDEX alert_kind_key_key ON alert (kind, key);

CREATE TABLE mailbox_position (
  mailbox TEXT NOT NULL,
  uid_validity BIGINT NOT NULL,
  uid BIGINT NOT NULL,
  at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT mailbox_position_pkey PRIMARY KEY (mailbox)
);
