import { describe, expect, test } from 'vitest'
import { useDatabase } from '../support/database.ts'

const database = useDatabase()

const subscriber = `insert into subscriber (id, address, address_key, address_hash, state, zone, hour, days, max_papers, created_at`

describe('the database refuses', () => {
  const refused: [string, string, string][] = [
    [
      'an active subscriber who never confirmed',
      `${subscriber}) values ('a', 'a@b.example', 'a@b.example', 'h', 'active', 'UTC', 8, '{mon}', 5, now())`,
      'subscriber_confirmed',
    ],
    [
      'an hour 24',
      `${subscriber}) values ('a', 'a@b.example', 'a@b.example', 'h', 'pending', 'UTC', 24, '{mon}', 5, now())`,
      'subscriber_hour',
    ],
    [
      'a zone that is an abbreviation',
      `${subscriber}) values ('a', 'a@b.example', 'a@b.example', 'h', 'pending', 'EST', 8, '{mon}', 5, now())`,
      'subscriber_zone',
    ],
    [
      'a weekday that is none',
      `${subscriber}) values ('a', 'a@b.example', 'a@b.example', 'h', 'pending', 'UTC', 8, '{today}', 5, now())`,
      'subscriber_days',
    ],
    [
      '26 papers in a mail',
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
  ]
  test.each(refused)('%s', async (_what, sql, constraint) => {
    await expect(database.db.$executeRawUnsafe(sql)).rejects.toThrow(constraint)
  })

  test('two subscribers with one address', async () => {
    await database.db.$executeRawUnsafe(
      `${subscriber}) values ('one', 'A@b.example', 'a@b.example', 'h', 'pending', 'UTC', 8, '{mon}', 5, now())`,
    )
    await expect(
      database.db.$executeRawUnsafe(
        `${subscriber}) values ('two', 'a@B.example', 'a@b.example', 'h', 'pending', 'UTC', 8, '{mon}', 5, now())`,
      ),
    ).rejects.toThrow(/unique/i)
  })

  test('a change to a consent', async () => {
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
  await database.db.$executeRawUnsafe(`insert into chunk (id, lane, not_before) values (1, 'answers', now())`)
  await database.db.$executeRawUnsafe(`insert into message (id, kind, dedupe, subscriber_id, chunk_id, next_try, deadline, dated_at, secret_id)
    values ('m', 'confirmation', '1', 'one', 1, now(), now(), now(), 's')`)
  await database.db.$executeRawUnsafe(
    `insert into acceptance (message_id, at, answer) values ('m', now(), '250 ok')`,
  )
  await database.db.$executeRawUnsafe(`update message set state = 'uncertain' where id = 'm'`)
  const rows = await database.db.$queryRawUnsafe<{ state: string }[]>(
    `select state::text from message where id = 'm'`,
  )
  expect(rows[0]?.state).toBe('accepted')
})
