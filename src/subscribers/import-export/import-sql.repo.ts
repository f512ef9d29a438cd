// The statements of an import: they copy a batch into three temporary tables, and from there into the permanent ones.
import { NO_PAGE } from '../consent.ts'

export const TEMPORARY_TABLES = `
  create temporary table incoming (
    line int, id text, spare_id text, address text, address_key text, address_hash text, state subscriber_state,
    state_before subscriber_state, zone text, hour int, days text[], max_papers int, format mail_format,
    detail mail_detail, epoch int, created_at timestamptz, confirmed_at timestamptz, start_date date,
    paused_until date, unsubscribed_at timestamptz, suppressed_at timestamptz, paused_at timestamptz, how text,
    may_be_suppressed boolean);
  create temporary table incoming_topic (id text, position int, name text, query int);
  create temporary table incoming_suppression (address_hash text, reason text, at timestamptz, turns boolean)`

// Triggers check foreign keys, which takes a quarter of the time of storing a batch. Here one statement writes or locks
// both ends of every reference, so we skip the checks if the role may.
export const SKIP_FOREIGN_KEY_CHECKS = `
  select set_config('session_replication_role', 'replica', false)
  where has_parameter_privilege('session_replication_role', 'SET')`

// Subselects for single rows, so that each uses its index, however large the table is.
export const ASSIGN_SPARE_IDS = `
  with taken as (
    update incoming i set id = spare_id
    from (select id as was from incoming
          where spare_id is not null and (select true from subscriber s where s.id = incoming.id)) t
    where i.id = t.was returning t.was, i.id)
  update incoming_topic t set id = taken.id from taken where t.id = taken.was`

// Few addresses are suppressed, so this runs first.
export const REMOVE_BLOCKED_ROWS = `
  with met as materialized (
    select i.line, i.address_key, (
      select s from suppression s where s.address_hash = i.address_hash and s.lifted_at is null) as s
    from incoming i where not i.may_be_suppressed)
  delete from incoming i using met m
  where m.line = i.line and (m.s).address_hash is not null
    and (select true from subscriber where address_key = m.address_key) is not true
  returning i.line, (m.s).reason, (m.s).at as since`

// Skips subscribers who confirmed here after that suppression: their consent is newer. The state is compared as text to
// keep its index out of the plan: the planner's statistics of these tables are outdated while they fill.
const CONFIRMED_SINCE = `(
  select true from subscriber s
  where s.address_hash = i.address_hash and s.state::text in ('active', 'paused') and s.confirmed_at >= i.at)`

export const SUPPRESS_SUBSCRIBERS = `
  with turned as (
    update subscriber s set state = 'suppressed', state_before = s.state
    where s.id = any(array(
      select (select id from subscriber t where t.address_hash = i.address_hash limit 1)
      from incoming_suppression i
      where i.turns and ${CONFIRMED_SINCE} is not true and (
        select p.lifted_at is null or p.lifted_at < i.at from suppression p
        where p.address_hash = i.address_hash) is not false))
      and s.state::text <> 'suppressed'
    returning s.id)
  insert into consent (subscriber_id, at, event, how, wording)
  select id, $1::timestamptz, 'suppressed', 'import', '${NO_PAGE}' from turned`

export const INSERT_SUPPRESSIONS = `
  insert into suppression as p (address_hash, reason, at)
  select distinct on (address_hash) address_hash, reason, at from incoming_suppression i
  where ${CONFIRMED_SINCE} is not true
  order by address_hash, at desc
  on conflict (address_hash) do update set reason = excluded.reason, at = excluded.at, lifted_at = null
    where p.lifted_at < excluded.at`

// Runs after SUPPRESS. A suppression that was lifted here later stays lifted, and the row gets its earlier state.
export const RESTORE_LIFTED_ROWS = `
  update incoming i set state = was, state_before = null, suppressed_at = null,
    unsubscribed_at = case when was = 'unsubscribed' then coalesce(i.unsubscribed_at, i.suppressed_at) end,
    paused_at = case when was = 'paused' then $1::timestamptz end
  from (
    select line, coalesce(state_before, 'unsubscribed') as was from incoming n
    where state = 'suppressed'
      and (select p.lifted_at is not null from suppression p where p.address_hash = n.address_hash)) lifted
  where lifted.line = i.line`

// The first line of an address, in the order of the random ids, so that a batch visits the pages of each index once.
export const INSERT_SUBSCRIBERS = `
  with made as (
    insert into subscriber (id, address, address_key, address_hash, state, state_before, zone, hour, days, max_papers,
      format, detail, epoch, created_at, confirmed_at, start_date, paused_until, imported_at)
    select id, address, address_key, address_hash, state, state_before, zone, hour, days, max_papers, format, detail,
      epoch, created_at, confirmed_at, start_date, paused_until, $1::timestamptz
    from (select distinct on (address_key) * from incoming order by address_key, line) firsts order by id
    on conflict (address_key) do nothing
    returning id, state
  ), consented as (
    insert into consent (subscriber_id, at, event, how, wording)
    select i.id, e.at, e.event, 'import', $2 from made join incoming i using (id), lateral (values
      (1, 'confirmed', i.confirmed_at), (2, 'unsubscribed', i.unsubscribed_at), (3, 'suppressed', i.suppressed_at),
      (4, 'paused', i.paused_at)) as e(place, event, at)
    where e.at is not null
    order by i.id, e.place
  ), noted as (
    insert into signup (subscriber_id, request, created_at, confirmed_at)
    select i.id, jsonb_build_object('topics', '[]'::jsonb, 'note', i.how), i.confirmed_at, i.confirmed_at
    from made join incoming i using (id) where i.how is not null and i.confirmed_at is not null
  ), wanted as (
    insert into topic (subscriber_id, position, name, query_id)
    select t.id, t.position, t.name, ($3::int[])[t.query] from made join incoming_topic t using (id) order by t.id
  )
  select state::text, count(*)::int as count from made group by state`
