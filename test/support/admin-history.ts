import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { DAY_MS, dayOf, midnight } from '../../src/core/dates.ts'
import { HOSTILE } from '../battery/web/hostile.ts'
import type { TestSite } from './site.ts'

/** A year of sign-ups, unsubscribes and emails up to the clock's now; and a subscriber whose texts are markup. */
export async function seedHistory({ db, deps, clock }: TestSite): Promise<void> {
  await addSubscriber(deps, { email: 'hostile@example.com', topics: [HOSTILE.topic], consent: HOSTILE.name })
  await db.topic.updateMany({
    where: { subscriber: { address: 'hostile@example.com' } },
    data: { name: HOSTILE.name },
  })
  const now = clock.now()
  // People sign up every day, more of them in spring; one in four never confirms, one in six leaves after some weeks.
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
    select id, at, event, 'page', 'site 7' from (
      select id, d as at, 'asked' as event, 1 as n from person
      union all select id, d, 'confirmed', 2 from person where confirms
      union all select id, left_at, 'unsubscribed', 3 from person where confirms and leaves) all_events
    where (select count(*) from subscribers) > 0 order by id, n`
  await db.$executeRaw`
    with batch as (insert into batch (lane, not_before, done_at) values ('transactional', ${now}, ${now}) returning id),
    made as (
      insert into message (id, local_date, kind, dedupe, subscriber_id, batch_id, state, reason, attempts, next_try, deadline, dated_at, to_address, secret_id)
      select 'm' || s.id || '-' || n, s.created_at::date + n, 'welcome', s.id || '-' || n, s.id, batch.id,
        (case when n % 97 = 0 then 'refused' else 'accepted' end)::message_state,
        case when n % 97 = 0 then '5.7.1' end, 1, ${now}, ${now}::timestamptz + interval '1 hour', s.created_at + make_interval(days => n), s.address, 'x'
      from subscriber s, batch, generate_series(1, 363, 3) n
      where s.id like 'h%' and s.state = 'active' and s.created_at + make_interval(days => n) < ${now}
      returning id, local_date, state, dated_at
    )
    insert into attempt (message_id, local_date, n, at, outcome, status, enhanced, reply)
    select id, local_date, 1, dated_at, 'refused', 554, '5.7.1', '554 5.7.1 <x-alive>refused by policy</x-alive>' from made where state = 'refused'`
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
  // Bounces of the last month, and a report that has waited for long.
  await db.$executeRaw`
    with back as (
      select m.*, row_number() over (order by md5(m.id))::int as n from message m
      where m.id like 'mh%' and m.state = 'accepted' and m.dated_at > ${now}::timestamptz - interval '30 days'
      order by md5(m.id) limit 45
    ), came as (
      insert into report (hash, channel, recipient, bytes, at, state, read_at)
      select 'history ' || n, (array['lmtp', 'smtp', 'ses'])[1 + n % 3], null, 4000, dated_at + interval '3 minutes', 'read', dated_at
      from back returning id, hash, at
    )
    insert into bounce (report_id, n, at, class, status, sure, reply, domain, found_by, message_id, subscriber_id, effect)
    select came.id, 0, came.at, (array['dead', 'full', 'policy', 'temporary', 'complaint', 'auto-reply', 'dead'])[1 + back.n % 7],
      (array['5.1.1', '5.2.2', '5.7.1', '4.4.7', null, null, '5.1.1'])[1 + back.n % 7], true,
      case when back.n % 7 < 4 then '550 5.7.1 <x-alive>your mail is not wanted here</x-alive>, see https://postmaster.history.example/help' else '' end,
      (array['history.example', 'mail.a-university-with-a-long-name.example', 'post.example'])[1 + back.n % 3],
      (array['token', 'field', 'message-id'])[1 + back.n % 3], back.id, back.subscriber_id,
      (array['suppressed', 'paused', 'nothing', 'nothing', 'suppressed', 'nothing', 'suppressed'])[1 + back.n % 7]
    from came join back on came.hash = 'history ' || back.n`
  await db.$executeRaw`
    insert into report (hash, channel, recipient, raw, bytes, at)
    values ('waits', 'lmtp', null, 'x', 1, ${now}::timestamptz - interval '9 minutes')`
  // Not with the client: the feature with this table may be taken away.
  await db.$executeRaw`
    insert into alert (kind, key, at, values, next_try, sent_at)
    values ('mail-server-silent', '2026-11-24T08:00', ${now},
      '{"sentence": "The mail server has not answered since 08:00 UTC.", "fix": "Start it."}', ${now}, ${now})`
}
