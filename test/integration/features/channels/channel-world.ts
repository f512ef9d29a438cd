import { afterAll, beforeAll, beforeEach } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../../src/core/clock.ts'
import type { OpenDatabase } from '../../../../src/core/database/database.ts'
import type { Day } from '../../../../src/core/dates.ts'
import type { Deps } from '../../../../src/core/deps.ts'
import { openLog } from '../../../../src/core/log.ts'
import { addChannel, type TypedChannel } from '../../../../src/features/channels/change-channels.ts'
import type { ChannelKind } from '../../../../src/features/channels/channel.ts'
import { postToChannels } from '../../../../src/features/channels/post-to-channels.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { learnSpace } from '../../../support/learned-space.ts'
import { addMatching } from './matching-titles.ts'
import {
  BOT_TOKEN,
  DISCORD_PATH,
  FEISHU_PATH,
  FEISHU_SECRET,
  JSON_KEY,
  JSON_PATH,
  SLACK_PATH,
  type StandInService,
  startStandInService,
} from './stand-in-service.ts'

/** When channels are added, before the first post at 8. */
const ADDED = '2026-11-23T09:00:00Z'
export const FIRST = '2026-11-24'

interface PostSeen {
  date: Day
  state: string
  reason: string
  attempts: number
}

export interface ChannelWorld {
  readonly db: OpenDatabase['db']
  readonly service: StandInService
  readonly clock: MovableClock
  readonly logged: string[]
  deps(settings?: Record<string, string>): Deps
  /** A channel of a kind at the stand-in for "dragons", at 8 UTC every day. */
  add(kind?: ChannelKind, fields?: Partial<TypedChannel>): Promise<void>
  /** Papers of a day whose titles are these, or so many about dragons. */
  addPapers(day: Day, titles: number | string[]): Promise<void>
  /** What the service does at an instant. */
  run(now: string, settings?: Record<string, string>): Promise<void>
  posts(name?: string): Promise<PostSeen[]>
}

const EVERY_DAY = ['mon,tue,wed,thu,fri,sat,sun']

/** What each kind needs at the stand-in. */
export const targetOf = (kind: ChannelKind, url: string): Partial<TypedChannel> =>
  ({
    slack: { url: url + SLACK_PATH },
    discord: { url: url + DISCORD_PATH },
    telegram: { url, secret: BOT_TOKEN, chat: '@my_lab' },
    feishu: { url: url + FEISHU_PATH, secret: FEISHU_SECRET },
    json: { url: url + JSON_PATH, secret: JSON_KEY },
  })[kind]

export function useChannelWorld(): ChannelWorld {
  const database = useDatabase()
  const clock = stoppedClock(new Date(ADDED))
  const logged: string[] = []
  const log = openLog('info', { write: (line) => void logged.push(line) })
  let service: StandInService
  beforeAll(async () => {
    service = await startStandInService(() => clock.now())
  })
  afterAll(() => service?.close())
  beforeEach(async () => {
    logged.length = 0
    service.received.length = 0
    service.posted.length = 0
    service.faults = []
    service.keeps = false
    clock.moveTo(new Date(ADDED))
    await emptyTables(database.db)
    await learnSpace(database.db)
  })
  const deps = (settings: Record<string, string> = {}): Deps => ({
    config: readConfig({ BASE_URL: 'http://papers.test', ...settings }, FEATURES),
    features: FEATURES,
    log,
    clock,
    db: database.db,
    databaseUrl: database.url,
  })
  return {
    get db() {
      return database.db
    },
    get service() {
      return service
    },
    clock,
    logged,
    deps,
    add: async (kind = 'slack', fields = {}) => {
      const typed = { name: kind, kind, topic: 'dragons', hour: '8', zone: 'UTC', days: EVERY_DAY }
      await addChannel(deps(), { ...typed, ...targetOf(kind, service.url), ...fields })
    },
    addPapers: (day, titles) => addMatching(database.db, day, titles),
    run: async (now, settings) => {
      clock.moveTo(new Date(now))
      await postToChannels(deps(settings), { signal: new AbortController().signal })
    },
    posts: async (name) => {
      const channels = await database.db.labChannel.findMany({ where: { name } })
      const rows = await database.db.channelPost.findMany({
        where: { channelId: { in: channels.map(({ id }) => id) } },
        orderBy: { localDate: 'asc' },
      })
      return rows.map(({ localDate, state, reason, attempts }) => ({
        date: localDate.toISOString().slice(0, 10),
        state,
        reason,
        attempts,
      }))
    },
  }
}
