import { addSubscriber } from '../../src/flows/signup/add-subscriber.ts'
import { DAY_MS, dayOf, midnight } from '../../src/platform/dates.ts'
import { HOSTILE } from '../battery/doors/hostile.ts'
import type { TestSite } from './site.ts'

/** A year in which people came, went and got mail, up to the clock's now; and somebody whose words are markup. */
export async function seedHistory({ db, deps, clock }: TestSite): Promise<void> {
  await addSubscriber(deps, { email: 'hostile@example.com', topics: [HOSTILE.topic], consent: HOSTILE.name })
  await db.topic.updateMany({
    where: { subscriber: { address: 'hostile@example.com' } },
    data: { name: HOSTILE.name },
  })
  const now = clock.now()
  // Somebody comes every day, in spring more; one in four never confirms, one in six leaves after some weeks.
  await db.$executeRaw`
    with day as (
      select d, 363 - n as back, 1 + (n % 5 = 0)::int + (n % 90 < 12)::int * 3 as people
      from generate_series(0, 363) n, lateral (select ${now}::timestamptz - make_interval(days => 363 - n) as d) at
    ), person as (
      select 'h' || back || '-' || p as id, d, back, (back + p) % 4 <> 0 as confirms,
        (back + p) % 6 = 0 and back > 40 as leaves, d + make_interval(days => 10 + back % 30) as left_at
      from day, generate_series(1, people) p where back > 0
    ), subscribers as (
      insert into subscriber (id, address, address_key, address_hash, state, zone, hour, days, max_papers, created_at, confirmed_at, start_date)
      select id, id || '@history.example', id || '@history.example', md5(id),
        (case when not confirms then 'pending' when leaves then 'unsubscribed' else 'active' end)::subscriber_state,
        'UTC', 8, '{mon}', 15, d, case when confirms then d end, case when confirms then d::date end
      from person returning id
    )
    insert into consent (subscriber_id, at, event, how, wording)
    select id, at, event, 'page', 'site 3' from (
      select id, d as at, 'asked' as event, 1 as n from person
      union all select id, d, 'confirmed', 2 from person where confirms
      union all select id, left_at, 'unsubscribed', 3 from person where confirms and leaves) all_events
    where (select count(*) from subscribers) > 0 order by id, n`
  await db.$executeRaw`
    with chunk as (insert into chunk (lane, not_before, done_at) values ('answers', ${now}, ${now}) returning id),
    made as (
      insert into message (id, kind, dedupe, subscriber_id, chunk_id, state, reason, attempts, next_try, deadline, dated_at, to_address, secret_id)
      select 'm' || s.id || '-' || n, 'welcome', s.id || '-' || n, s.id, chunk.id,
        (case when n % 97 = 0 then 'refused' else 'accepted' end)::message_state,
        case when n % 97 = 0 then '5.7.1' end, 1, ${now}, ${now}::timestamptz + interval '1 hour', s.created_at + make_interval(days => n), s.address, 'x'
      from subscriber s, chunk, generate_series(1, 363, 3) n
      where s.id like 'h%' and s.state = 'active' and s.created_at + make_interval(days => n) < ${now}
      returning id, state, dated_at
    )
    insert into attempt (message_id, n, at, outcome, status, enhanced, answer)
    select id, 1, dated_at, 'refused', 554, '5.7.1', '554 5.7.1 <x-alive>refused by policy</x-alive>' from made where state = 'refused'`
  await db.sourceDay.createMany({
    data: Array.from({ length: 9 }, (_, back) => ({
      source: 'huggingface',
      day: new Date(midnight(dayOf(now)).getTime() - back * DAY_MS),
      state: back === 3 ? ('failed' as const) : ('fresh' as const),
      papers: back === 3 ? 0 : 40 + back,
      attempts: back === 3 ? 7 : 0,
      lastStatus: back === 3 ? 503 : 200,
      lastFault: back === 3 ? 'source.failing' : null,
      fetchedAt: now,
      nextTry: back === 0 ? now : null,
      closedAt: back > 2 ? now : null,
    })),
  })
  await db.notice.create({
    data: {
      kind: 'run-stopped',
      key: '2026-11-24T08:00',
      at: now,
      values: { subject: 'digests', what: 'unreachable', since: now.toISOString(), said: null },
      nextTry: now,
      toldAt: now,
    },
  })
}
