import { beforeEach, describe, expect, test } from 'vitest'
import type { Answer } from '../../../src/commands/command-line.ts'
import { addDeliveryCommands } from '../../../src/commands/delivery.ts'
import { addMessageCommands } from '../../../src/commands/messages.ts'
import { readConfig } from '../../../src/config.ts'
import { enqueue } from '../../../src/delivery/message-store.ts'
import { stoppedClock } from '../../../src/platform/clock.ts'
import { silentLog } from '../../../src/platform/log.ts'
import { readSwitch } from '../../../src/platform/switch-store.ts'
import { runCommand } from '../../support/commands.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { addSubscribers, at, DEADLINE, goodbye, messagesIn, NOW } from '../../support/messages.ts'
import { runCli } from '../../support/processes.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

function run(command: string, now = at('09:00')): Promise<Answer> {
  const deps = {
    config: readConfig({}),
    clock: stoppedClock(now),
    log: silentLog,
    db: database.db,
    databaseUrl: database.url,
  }
  const add = command.startsWith('messages') ? addMessageCommands : addDeliveryCommands
  return runCommand(add, deps, command.split(' '))
}

/** A refused message, a ready one and an uncertain one, of s1 to s3. */
async function addThree(): Promise<string[]> {
  await addSubscribers(database.db, 3)
  await enqueue(
    database.db,
    'answers',
    [1, 2, 3].map((n) => goodbye(n)),
  )
  const ids = (await messagesIn(database.db)).map(({ id }) => id)
  await database.db.$executeRaw`
    update message set state = 'refused', reason = '5.1.1', attempts = 1, next_try = ${DEADLINE} where id = ${ids[0]}`
  await database.db.$executeRaw`
    insert into attempt values (${ids[0]}, 1, ${NOW}, 'refused', 550, '5.1.1', '550 5.1.1 nobody')`
  await database.db
    .$executeRaw`update message set state = 'uncertain', next_try = ${DEADLINE} where id = ${ids[2]}`
  return ids
}

describe('messages', () => {
  test('list shows states and masked addresses, all or those of one state', async () => {
    const [refused] = await addThree()
    expect((await run('messages list')).json).toHaveLength(3)
    const { json } = await run('messages list --state refused')
    expect(json).toEqual([
      {
        id: refused,
        kind: 'goodbye',
        lane: 'answers',
        subscriber: 's1',
        to: 's•••@y.example',
        state: 'refused',
        reason: '5.1.1',
        attempts: 1,
        nextTry: DEADLINE.toISOString(),
        deadline: DEADLINE.toISOString(),
      },
    ])
    expect((await run('messages list --state gave-up')).text).toBe('No messages.')
    await expect(run('messages list --state sent')).rejects.toThrow('Allowed choices are')
  })

  test('show tells of each try', async () => {
    const [refused] = await addThree()
    const { json, text } = await run(`messages show ${refused}`)
    expect(text).toBe(
      `${refused}: goodbye to s•••@y.example\nstate: refused (5.1.1)\ntry 1, 2026-11-24T08:00:00.000Z: refused: 550 5.1.1 nobody`,
    )
    expect(json).toMatchObject({ acceptances: [], tries: [{ n: 1, outcome: 'refused', status: 550 }] })
    await expect(run('messages show nothing')).rejects.toMatchObject({ code: 'message.unknown', exit: 1 })
  })

  test('retry makes it ready, in a chunk that is free, but not in a dry run and not after its deadline', async () => {
    const [refused, ready] = await addThree()
    await database.db.$executeRaw`update chunk set done_at = ${NOW}`
    await run(`messages retry ${refused} --dry-run`)
    await expect(run(`messages retry ${refused}`, DEADLINE)).rejects.toMatchObject({
      code: 'message.cannot-retry',
    })
    expect((await messagesIn(database.db))[0]).toMatchObject({ state: 'refused' })
    expect((await run(`messages retry ${refused}`)).json).toMatchObject({ state: 'ready', dryRun: false })
    expect((await messagesIn(database.db))[0]).toMatchObject({
      state: 'ready',
      reason: null,
      attempts: 1,
      nextTry: at('09:00'),
    })
    const chunks = await database.db.chunk.findMany({ orderBy: { id: 'asc' } })
    expect(chunks).toMatchObject([{ doneAt: NOW }, { lane: 'answers', doneAt: null, notBefore: at('09:00') }])
    expect(await database.db.message.findUnique({ where: { id: refused } })).toMatchObject({
      chunkId: chunks[1]?.id,
    })
    await expect(run(`messages retry ${ready}`)).rejects.toThrow('is ready')
  })
})

describe('delivery', () => {
  test('pause, status and resume, with why', async () => {
    await addThree()
    expect((await run('delivery status')).json).toEqual({
      delivery: 'on',
      reason: null,
      since: null,
      lanes: {
        answers: { ready: 1, taken: 0, deferred: 0, uncertain: 0 },
        digests: { ready: 0, taken: 0, deferred: 0, uncertain: 0 },
      },
    })
    await run('delivery pause --reason relay --dry-run')
    expect(await readSwitch(database.db, 'delivery')).toBeNull()
    await run('delivery pause --reason relay')
    const { json, text } = await run('delivery status')
    expect(json).toMatchObject({ delivery: 'paused', reason: 'relay', since: '2026-11-24T09:00:00.000Z' })
    expect(text).toContain('Paused since 2026-11-24T09:00:00.000Z: relay')
    expect((await run('delivery resume')).json).toMatchObject({ delivery: 'on', wasPaused: true })
    expect((await run('delivery resume')).text).toBe('Delivery was not paused.')
  })

  test('the command line knows both nouns', async () => {
    const settings = { DATABASE_URL: database.url }
    expect(JSON.parse((await runCli(['delivery', 'status', '--json'], settings)).stdout)).toMatchObject({
      delivery: 'on',
    })
    expect(await runCli(['messages', 'show', 'nothing'], settings)).toMatchObject({
      code: 1,
      stderr: 'There is no message "nothing": messages list shows their ids.\n',
    })
  })
})
