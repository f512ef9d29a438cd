import { describe, expect, test } from 'vitest'
import { useDatabase } from '../support/database.ts'

const database = useDatabase()

const subscriber = `insert into subscriber (id, address, address_key, address_hash, state, zone, hour, days, max_papers, created_at`

const digest = `insert into digest (plan_id, subscriber_id, local_date, due_at, created_at, outcome`
const digestValues = `1, 'one', now(), now(), now()`
const message = `insert into message (kind, id, local_date, dedupe, subscriber_id, batch_id, next_try, deadline, dated_at, secret_id, state`
const messageValues = `'x', now(), 'x', 'one', 1, now(), now(), now(), 's'`

describe('the database', () => {
  const refused: [string, string, string][] = [
    [
      'an active subscriber who never confirmed',
      `${subscriber}) values ('a', 'a@b.example', 'a@b.example', 'h', 'active', 'UTC', 8, '{mon}', 5, now())`,
      'subscriber_confirmed',
    ],
    [
      'hour 24',
      `${subscriber}) values ('a', 'a@b.example', 'a@b.example', 'h', 'pending', 'UTC', 24, '{mon}', 5, now())`,
      'subscriber_hour',
    ],
    [
      'a zone that is an abbreviation',
      `${subscriber}) values ('a', 'a@b.example', 'a@b.example', 'h', 'pending', 'EST', 8, '{mon}', 5, now())`,
      'subscriber_zone',
    ],
    [
      'an invalid weekday',
      `${subscriber}) values ('a', 'a@b.example', 'a@b.example', 'h', 'pending', 'UTC', 8, '{today}', 5, now())`,
      'subscriber_days',
    ],
    [
      '26 papers in an email',
      `${subscriber}) values ('a', 'a@b.example', 'a@b.example', 'h', 'pending', 'UTC', 8, '{mon}', 26, now())`,
      'subscriber_max_papers',
    ],
    [
      'a tombstone with an address',
      `${subscriber}, erased_at) values ('a', 'a@b.example', 'a@b.example', 'h', 'unsubscribed', 'UTC', 8, '{mon}', 5, now(), now())`,
      'subscriber_address_or_erased',
    ],
    [
      'a paper without a title',
      `insert into paper (title, abstract, authors, categories, keywords, first_day, first_seen, updated_at) values ('', '', '{}', '{}', '{}', now(), now(), now())`,
      'paper_title',
    ],
    [
      'votes below zero',
      `insert into listing (source, day, paper_id, votes, first_seen, updated_at) values ('s', now(), 1, -1, now(), now())`,
      'listing_counts',
    ],
    ['an empty query', `insert into query (text, tree, grammar) values ('', '{}', 1)`, 'query_text'],
    [
      'a topic without a name',
      `insert into topic (subscriber_id, position, name, query_id) values ('one', 0, '', 1)`,
      'topic_name',
    ],
    [
      'a digest of 26 papers',
      `${digest}, from_paper, to_paper, papers, matched, content) values (${digestValues}, 'planned', 0, 30, array_fill(1, array[26]), 26, '{}')`,
      'digest_papers',
    ],
    [
      'a planned digest without content',
      `${digest}, from_paper, to_paper, papers, matched) values (${digestValues}, 'planned', 0, 1, '{1}', 1)`,
      'digest_outcome_filled',
    ],
    [
      'a range that runs backwards',
      `${digest}, from_paper, to_paper, papers) values (${digestValues}, 'nothing_matched', 2, 1, '{}')`,
      'digest_range',
    ],
    [
      'a lease without an end',
      `insert into batch (lane, not_before, owner) values ('transactional', now(), 'w')`,
      'batch_lease',
    ],
    [
      'a digest message without its digest',
      `${message}) values ('digest', ${messageValues}, 'ready')`,
      'message_digest',
    ],
    [
      'a refusal without a reason',
      `${message}) values ('confirmation', ${messageValues}, 'refused')`,
      'message_reason',
    ],
    [
      'a message that no worker took',
      `${message}) values ('confirmation', ${messageValues}, 'taken')`,
      'message_taken',
    ],
    [
      'an attempt with an unknown outcome',
      `insert into attempt (message_id, local_date, n, at, outcome, reply) values ('m', now(), 1, now(), 'accepted', '')`,
      'attempt_outcome',
    ],
    [
      'tries below zero',
      `insert into source_day (source, day, attempts) values ('s', now(), -1)`,
      'source_day_counts',
    ],
    [
      'an empty identifier',
      `insert into paper_key (scheme, value, paper_id) values ('arxiv', '', 1)`,
      'paper_key_filled',
    ],
    [
      'a 51st topic',
      `insert into topic (subscriber_id, position, name, query_id) values ('one', 50, 'x', 1)`,
      'topic_position',
    ],
    [
      'a plan with less than zero due',
      `insert into plan (zone, hour, days, local_date, due_at, max_paper_id, due) values ('UTC', 8, 'mon', now(), now(), 0, -1)`,
      'plan_due',
    ],
    [
      'attempts below zero',
      `${message}, attempts) values ('confirmation', ${messageValues}, 'ready', -1)`,
      'message_attempts',
    ],
    [
      'a bucket with less than zero tokens',
      `insert into bucket (key, tokens, at) values ('k', -1, now())`,
      'bucket_tokens',
    ],
    [
      'a bucket that never refills',
      `insert into bucket (key, tokens, at, per_second) values ('k', 1, now(), 0)`,
      'bucket_limits',
    ],
    [
      'a bucket that is slowed down without a time',
      `insert into bucket (key, tokens, at, slowed_to) values ('k', 1, now(), 1)`,
      'bucket_slowed',
    ],
  ]
  test.each(refused)('refuses %s', async (_what, sql, constraint) => {
    await expect(database.db.$executeRawUnsafe(sql)).rejects.toThrow(constraint)
  })

  test('refuses two subscribers with one address', async () => {
    await database.db.$executeRawUnsafe(
      `${subscriber}) values ('one', 'A@b.example', 'a@b.example', 'h', 'pending', 'UTC', 8, '{mon}', 5, now())`,
    )
    await expect(
      database.db.$executeRawUnsafe(
        `${subscriber}) values ('two', 'a@B.example', 'a@b.example', 'h', 'pending', 'UTC', 8, '{mon}', 5, now())`,
      ),
    ).rejects.toThrow(/unique/i)
  })

  test('refuses an update of a change', async () => {
    await database.db.$executeRawUnsafe(
      `insert into change (subscriber_id, at, how, before, after) values ('one', now(), 'page', '{}', '{}')`,
    )
    await expect(database.db.$executeRawUnsafe(`update change set how = 'operator'`)).rejects.toThrow(
      'only ever added',
    )
  })

  test('refuses to update or delete a consent', async () => {
    await database.db.$executeRawUnsafe(
      `insert into consent (subscriber_id, at, event, how, wording) values ('one', now(), 'asked', 'web', 'form 1')`,
    )
    await expect(database.db.$executeRawUnsafe(`update consent set event = 'confirmed'`)).rejects.toThrow(
      'only ever added',
    )
    await expect(database.db.$executeRawUnsafe(`delete from consent`)).rejects.toThrow('only ever added')
  })
})

test('an acceptance beats every later state', async () => {
  await database.db.$executeRawUnsafe(
    `insert into batch (id, lane, not_before) values (1, 'transactional', now())`,
  )
  await database.db.$executeRawUnsafe(`insert into message (id, local_date, kind, dedupe, subscriber_id, batch_id, next_try, deadline, dated_at, secret_id)
    values ('m', '2026-11-24', 'confirmation', '1', 'one', 1, now(), now(), now(), 's')`)
  await database.db.$executeRawUnsafe(
    `insert into acceptance (message_id, local_date, at, reply) values ('m', '2026-11-24', now(), '250 ok')`,
  )
  await database.db.$executeRawUnsafe(`update message set state = 'uncertain' where id = 'm'`)
  const rows = await database.db.$queryRawUnsafe<{ state: string }[]>(
    `select state::text from message where id = 'm'`,
  )
  expect(rows[0]?.state).toBe('accepted')
})
