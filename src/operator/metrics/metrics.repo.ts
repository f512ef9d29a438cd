import type { Database } from '../../core/database/database.ts'

// SQL by hand: reports.

interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export type Samples = Partial<Record<string, Pick<Sample, 'labels' | 'value'>[]>>

/** Samples that change from minute to minute. Reads only open rows, by index. */
export async function cheapGaugeSamples(db: Database, now: Date): Promise<Samples> {
  const samples = await db.$queryRaw<Sample[]>`
    with open as (
      select b.lane::text, m.kind, m.state::text, m.next_try
      from message m join batch b on b.id = m.batch_id
      where b.done_at is null
        and (m.state in ('ready', 'taken', 'deferred') or (m.state = 'uncertain' and m.next_try < m.deadline)))
    select 'open_messages' as name, jsonb_build_object('lane', lane, 'kind', kind, 'state', state) as labels,
      count(*)::float8 as value
    from open group by lane, kind, state
    union all select 'oldest_ready_message_timestamp_seconds', jsonb_build_object('lane', lane),
      extract(epoch from min(next_try))::float8
    from open where state <> 'taken' and next_try <= ${now} group by lane
    union all select 'leased_batches', jsonb_build_object('lane', lane::text), count(*)::float8
    from batch where done_at is null and lease_until > now() group by lane
    union all select 'waiting_reports', '{}', count(*)::float8 from report where state = 'waiting'
    union all select 'open_plans', '{}', count(*)::float8 from plan where closed_at is null
    union all select 'delivery_paused', '{}', count(*)::float8
    from switch where name = 'delivery' and value in ('paused', 'restored')
    union all select 'send_rates', jsonb_build_object('kind', k.kind), count(b.key)::float8
    from (values ('slowed'), ('held'), ('ramp-up')) k(kind) left join bucket b on b.key like 'send %' and case k.kind
      when 'held' then b.held_until > now()
      when 'slowed' then b.slowed_to is not null and coalesce(b.held_until <= now(), true)
        and permits_per_second(b, now()) < least(b.per_second, 100000)
      else b.key like 'send ramp-up ' || to_char(${now}::timestamptz at time zone 'utc', 'YYYY-MM-DD') || ' %'
        and permits_left(b, now()) < 1 end
    group by k.kind
    union all select 'alerts', jsonb_build_object('kind', kind), count(*)::float8
    from alert where ended_at is null and kind <> 'week' group by kind
    union all select 'alerts_unsent', '{}', count(*)::float8 from alert where sent_at is null
    union all select 'last_tick_timestamp_seconds', '{}', extract(epoch from max(slot))::float8
    from tick where name = 'minute' having count(*) > 0
    union all select 'queue_jobs', jsonb_build_object('queue', name, 'state', state::text), count(*)::float8
    from pgboss.job where state < 'completed' and left(name, 2) <> '__' group by name, state
    union all select 'source_last_fetch_timestamp_seconds', jsonb_build_object('source', source),
      extract(epoch from max(fetched_at))::float8
    from source_day where fetched_at is not null group by source
    union all select 'source_day_state', jsonb_build_object('source', source, 'state', state::text), 1
    from source_day where day = (${now}::timestamptz at time zone 'utc')::date
    union all select 'source_day_papers', jsonb_build_object('source', source), papers::float8
    from source_day where day = (${now}::timestamptz at time zone 'utc')::date
    union all select 'source_day_requests', jsonb_build_object('source', source), requests::float8
    from source_day where day = (${now}::timestamptz at time zone 'utc')::date
    union all select 'source_late_papers', jsonb_build_object('source', source), sum(late)::float8
    from source_day where day > (${now}::timestamptz at time zone 'utc')::date - 14 group by source
    union all select 'database_size_bytes', '{}', pg_database_size(current_database())::float8`
  return Object.groupBy(samples, ({ name }) => name)
}

// A small domain may identify a person, and one with a single subscriber does. So only the largest become labels.
const MAX_DOMAINS = 10

/** Samples that require full table scans: some hundred milliseconds with a million subscribers. */
export async function expensiveGaugeSamples(db: Database, since: Date): Promise<Samples> {
  const samples = await db.$queryRaw<Sample[]>`
    with recent as (select class, domain, subscriber_id from bounce where at > ${since}),
    biggest as (
      select domain from recent where domain is not null
      group by 1 having count(distinct subscriber_id) > 1 order by count(*) desc, 1 limit ${MAX_DOMAINS})
    select 'subscribers' as name, jsonb_build_object('state', s.state::text) as labels,
      count(t.state)::float8 as value
    from unnest(enum_range(null::subscriber_state)) s(state)
      left join (select state from subscriber where erased_at is null) t on t.state = s.state
    group by s.state
    union all select 'topics', '{}', count(*)::float8 from topic
    union all select 'day_messages', jsonb_build_object('kind', kind, 'state', state::text), count(*)::float8
    from message where dated_at > ${since} group by kind, state
    union all select 'day_bounces', jsonb_build_object('class', r.class, 'domain', coalesce(b.domain, 'other')),
      count(*)::float8
    from recent r left join biggest b on b.domain = r.domain group by r.class, coalesce(b.domain, 'other')`
  return Object.groupBy(samples, ({ name }) => name)
}
